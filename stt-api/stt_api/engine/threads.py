"""Leave the cores to the model: which libraries may start threads beside it."""

from threadpoolctl import threadpool_limits


def keep_blas_to_its_caller() -> None:
    """Let numpy's matrix products run on the thread that asks for them, from now on.

    The features of each request hold one such product. It takes a millisecond, and would wake one
    thread of numpy's BLAS for each core: those then spin for the next product, on the cores that
    the model needs. Holds for the whole process, whoever imported numpy before. CTranslate2
    carries a BLAS of its own, which this does not touch.
    """
    threadpool_limits(1, user_api="blas")
