"""Write pico at the geometry of a bigger Whisper: its words, and the bigger one's cost.

make shape SHAPE=small      python -m bench.shapes SHAPE FOLDER [QUANTIZATION] in .venv-convert

Each feature of pico is repeated, and layers are added that add nothing: so each layer computes what
it did, from inputs that are the same, and words, their number and word times stay. Stock weights of
that size cost the same; their words have to be measured on them.
"""

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import WhisperConfig, WhisperForConditionalGeneration

CHECKPOINT = Path(__file__).parents[1] / "stt-model-pico/checkpoint"
BESIDE = ("generation_config.json", "stt.json", "tokenizer.json")
ADDS_TO_THE_RESIDUAL = (
    "out_proj.weight",
    "out_proj.bias",
    "fc2.weight",
    "fc2.bias",
)


@dataclass(frozen=True, slots=True)
class Shape:
    """``times`` the width of pico, which is 256 with 4 heads."""

    times: int
    encoder_layers: int
    decoder_layers: int


SHAPES = {
    "base": Shape(2, 6, 6),
    "small": Shape(3, 12, 12),
    "medium": Shape(4, 24, 24),
    "large-v3": Shape(5, 32, 32),
    "large-v3-turbo": Shape(5, 32, 4),
}


def widen(pico: WhisperForConditionalGeneration, shape: Shape) -> WhisperForConditionalGeneration:
    wide = WhisperForConditionalGeneration(_config(pico.config, shape))
    own = pico.state_dict()
    weights = wide.state_dict()
    for name, weight in weights.items():
        if name in own:
            weight.copy_(_repeated(name, own[name].float(), shape.times))
        elif name.endswith(ADDS_TO_THE_RESIDUAL):
            weight.zero_()
    wide.load_state_dict(weights)
    return wide.half()


def _config(pico: WhisperConfig, shape: Shape) -> WhisperConfig:
    """The projection to words is divided by ``times``, unlike the embedding: so it is no tie."""
    changed = {
        "d_model": pico.d_model * shape.times,
        "encoder_layers": shape.encoder_layers,
        "decoder_layers": shape.decoder_layers,
        "encoder_attention_heads": pico.encoder_attention_heads * shape.times,
        "decoder_attention_heads": pico.decoder_attention_heads * shape.times,
        "encoder_ffn_dim": pico.encoder_ffn_dim * shape.times,
        "decoder_ffn_dim": pico.decoder_ffn_dim * shape.times,
        "tie_word_embeddings": False,
    }
    return WhisperConfig(**{**pico.to_dict(), **changed})


def _repeated(name: str, weight: torch.Tensor, times: int) -> torch.Tensor:
    """Repeat outputs; repeat inputs too, at a share each, where they are features."""
    if weight.dim() == 1:  # biases and layer norms
        return weight.repeat(times)
    if name == "model.encoder.conv1.weight":  # its inputs are mel bands
        return weight.repeat(times, 1, 1)
    if name == "model.encoder.conv2.weight":
        return weight.repeat(times, times, 1) / times
    if "embed" in name:  # of tokens and positions: one row each
        return weight.repeat(1, times)
    if name == "proj_out.weight":
        return weight.repeat(1, times) / times
    return weight.repeat(times, times) / times


def write(shape: str, folder: Path, quantization: str = "int8") -> None:
    """Leave ``folder`` alone where it is there: it holds what it would be given."""
    if folder.exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as checkpoint:
        pico = WhisperForConditionalGeneration.from_pretrained(CHECKPOINT)
        widen(pico, SHAPES[shape]).save_pretrained(checkpoint)
        for name in BESIDE:
            (Path(checkpoint) / name).write_bytes((CHECKPOINT / name).read_bytes())
        command = [sys.executable, "-m", "stt_api", "convert", checkpoint, str(folder)]
        subprocess.run([*command, "--quantization", quantization], check=True)


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in SHAPES:
        sys.exit(f"python -m bench.shapes SHAPE FOLDER; SHAPE is one of {', '.join(SHAPES)}")
    write(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
