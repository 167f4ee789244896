from threadpoolctl import threadpool_info, threadpool_limits

from stt_api.engine.models import find_model
from stt_api.engine.whisper import WhisperConfig, WhisperTranscriber


def blas_threads() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_a_loaded_model_has_numpys_matrix_products_on_the_calling_thread_alone() -> None:
    threadpool_limits(2, user_api="blas")
    WhisperTranscriber(find_model("pico"), WhisperConfig(device="cpu"))
    assert blas_threads() == {1}
