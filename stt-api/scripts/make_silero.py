"""Make stt_api/models/silero.onnx: Silero's weights, for one window of many streams at a time.

    .venv/bin/python stt-api/scripts/make_silero.py

The weights are those of the graph that faster-whisper carries, which judges many windows of one
stream. The probabilities are the same; the multiplications are half of it:

- The spectrum is a product with cosines and sines, of 256 samples each. Those are even and odd
  around their middle, so that samples are added and subtracted in pairs first: half the products.
- A convolution over 4, 2 or 1 frames has taps that meet only the padding. They are left out.
- Streams are rows of matrices, so that the weights are read once for all of them.
"""

from pathlib import Path

import faster_whisper
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx.numpy_helper import from_array, to_array

SOURCE = Path(faster_whisper.__file__).parent / "assets/silero_vad_v6.onnx"
TARGET = Path(__file__).parents[1] / "stt_api/models/silero.onnx"

AUDIO = 576  # samples: 64 of the window before, and the window
FRAME, HOP, FRAMES = 256, 128, 4  # samples, samples; the last frame mirrors 64 samples at the end
BINS = FRAME // 2 + 1

# Rows are streams. The state of a stream is what its LSTM hides, and its cell: 128 each.
GRAPH = """
<ir_version: 9, opset_import: ["": 20]>
silero (float[n, 576] audio, float[n, 256] state) => (float[n, 1] probability, float[n, 256] next)
{
    rising = Gather <axis = 1> (audio, rising_samples)
    falling = Gather <axis = 1> (audio, falling_samples)
    sums = Add (rising, falling)
    differences = Sub (rising, falling)
    real = MatMul (sums, cosines)
    imaginary = MatMul (differences, sines)
    real_power = Mul (real, real)
    imaginary_power = Mul (imaginary, imaginary)
    power = Add (real_power, imaginary_power)
    spectrum = Sqrt (power)

    padded = Pad (spectrum, one_frame_around)
    before = Slice (padded, zero, four, one)
    after = Slice (padded, two, six, one)
    neighbours = Concat <axis = 2> (before, spectrum, after)
    products0 = MatMul (neighbours, weight0)
    sum0 = Add (products0, bias0)
    frames0 = Relu (sum0)
    layer0 = Flatten (frames0)
    sum1 = Gemm (layer0, weight1, bias1)
    layer1 = Relu (sum1)
    sum2 = Gemm (layer1, weight2, bias2)
    layer2 = Relu (sum2)
    sum3 = Gemm (layer2, weight3, bias3)
    layer3 = Relu (sum3)

    hidden, cell = Split <axis = 1, num_outputs = 2> (state)
    known = Concat <axis = 1> (layer3, hidden)
    gates = Gemm (known, lstm_weight, lstm_bias)
    how_much, what = Split <axis = 1> (gates, three_gates_and_one)
    opened = Sigmoid (how_much)
    input, output, kept = Split <axis = 1, num_outputs = 3> (opened)
    candidate = Tanh (what)
    added = Mul (input, candidate)
    remembered = Mul (kept, cell)
    next_cell = Add (remembered, added)
    shown = Tanh (next_cell)
    next_hidden = Mul (output, shown)
    next = Concat <axis = 1> (next_hidden, next_cell)

    evidence = Relu (next_hidden)
    logit = Gemm (evidence, last_weight, last_bias)
    probability = Sigmoid (logit)
}
"""

Array = NDArray[np.generic]


def silero(source: Path = SOURCE) -> bytes:
    """Return the graph for many streams, with the weights of the one for one stream."""
    model = onnx.parser.parse_model(GRAPH)
    weights = {each.name: to_array(each) for each in onnx.load(source).graph.initializer}
    constants = {**_spectrum(), **_encoder(weights), **_decoder(weights)}
    model.graph.initializer.extend(from_array(value, name) for name, value in constants.items())
    onnx.checker.check_model(model, full_check=True)
    serialized: bytes = model.SerializeToString(deterministic=True)
    return serialized


def _spectrum() -> dict[str, Array]:
    """A Hann window begins with 0, so that sample ``n`` of a frame pairs with ``FRAME - n``."""
    n = np.arange(1, FRAME // 2 + 1)
    starts = HOP * np.arange(FRAMES)[:, np.newaxis]
    angles = 2 * np.pi / FRAME * n[:, np.newaxis] * np.arange(BINS)
    window = 0.5 - 0.5 * np.cos(2 * np.pi / FRAME * n)[:, np.newaxis]
    window[-1] /= 2  # the middle is paired with itself
    return {
        "rising_samples": _mirrored(starts + n),
        "falling_samples": _mirrored(starts + FRAME - n),
        "cosines": (window * np.cos(angles)).astype(np.float32),
        "sines": (window * np.sin(angles)).astype(np.float32),
    }


def _mirrored(positions: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where the samples are that stand beyond the end."""
    last = AUDIO - 1
    return np.where(positions > last, 2 * last - positions, positions)


def _encoder(weights: dict[str, Array]) -> dict[str, Array]:
    """Write convolutions of three taps as matrices: (frames × channels) → (frames × channels)."""
    taps = [weights[f"encoder.conv_layers.{layer}.weight"].transpose(2, 1, 0) for layer in range(4)]
    bias = [weights[f"encoder.conv_layers.{layer}.bias"] for layer in range(4)]
    nothing = np.zeros_like(taps[1][0])
    stride_2 = [  # a row for each of four frames, a column for each of two
        [taps[1][1], nothing],
        [taps[1][2], taps[1][0]],
        [nothing, taps[1][1]],
        [nothing, taps[1][2]],
    ]
    return {
        "zero": np.array([0]),
        "one": np.array([1]),
        "two": np.array([2]),
        "four": np.array([4]),
        "six": np.array([6]),
        "one_frame_around": np.array([0, 1, 0, 0, 1, 0]),
        "weight0": taps[0].reshape(3 * BINS, -1),
        "bias0": bias[0],
        "weight1": np.block(stride_2),
        "bias1": np.tile(bias[1], 2),
        "weight2": taps[2][1:].reshape(-1, taps[2].shape[2]),  # the first tap meets padding
        "bias2": bias[2],
        "weight3": taps[3][1],  # and so do two of three
        "bias3": bias[3],
    }


def _decoder(weights: dict[str, Array]) -> dict[str, Array]:
    """Gates stand in ONNX's order: input, output, forget, cell."""
    of_input, of_hidden = weights["onnx::LSTM_209"][0], weights["onnx::LSTM_210"][0]
    bias = np.split(weights["onnx::LSTM_211"][0], 2)
    return {
        "three_gates_and_one": np.array([384, 128]),
        "lstm_weight": np.concatenate([of_input.T, of_hidden.T]),
        "lstm_bias": bias[0] + bias[1],
        "last_weight": weights["decoder.conv1d.weight"][0],
        "last_bias": weights["decoder.conv1d.bias"],
    }


if __name__ == "__main__":
    TARGET.write_bytes(silero())
