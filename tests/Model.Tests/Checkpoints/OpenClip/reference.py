"""A tiny CLIP as OpenCLIP publishes it, and what PyTorch (1.13) makes of pixels and texts with it: python3 reference.py

Makes open_clip_model.safetensors, open_clip_config.json and expected.safetensors beside itself. The model is written here after
OpenCLIP's description: OpenAI's architecture with exact GELU. Weights are random, stored in half precision, computed in single.
"""
import json
import os
import struct

import numpy as np
import torch
from torch.nn.functional import gelu, layer_norm, linear, softmax

os.chdir(os.path.dirname(os.path.abspath(__file__)))
torch.manual_seed(29)

WIDTH, EMBEDDING, IMAGE, PATCH, CONTEXT, VOCABULARY = 64, 48, 24, 8, 32, 514
VISION_LAYERS, TEXT_LAYERS, HEAD = 2, 1, 64
TEXTS = ["a red circle", "Two dogs, running!", "somebody talks about the weather"]
MEAN, STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]


def random(*shape, scale=1.0, mean=0.0):
    return (torch.randn(*shape) * scale + mean).half()


def blocks(name, layers):
    for i in range(layers):
        at = f"{name}transformer.resblocks.{i}"
        yield f"{at}.ln_1.weight", random(WIDTH, scale=0.1, mean=1)
        yield f"{at}.ln_1.bias", random(WIDTH, scale=0.1)
        yield f"{at}.attn.in_proj_weight", random(3 * WIDTH, WIDTH, scale=0.12)
        yield f"{at}.attn.in_proj_bias", random(3 * WIDTH, scale=0.1)
        yield f"{at}.attn.out_proj.weight", random(WIDTH, WIDTH, scale=0.1)
        yield f"{at}.attn.out_proj.bias", random(WIDTH, scale=0.1)
        yield f"{at}.ln_2.weight", random(WIDTH, scale=0.1, mean=1)
        yield f"{at}.ln_2.bias", random(WIDTH, scale=0.1)
        yield f"{at}.mlp.c_fc.weight", random(4 * WIDTH, WIDTH, scale=0.1)
        yield f"{at}.mlp.c_fc.bias", random(4 * WIDTH, scale=0.1)
        yield f"{at}.mlp.c_proj.weight", random(WIDTH, 4 * WIDTH, scale=0.1)
        yield f"{at}.mlp.c_proj.bias", random(WIDTH, scale=0.1)


weights = {
    "positional_embedding": random(CONTEXT, WIDTH, scale=0.3),
    "text_projection": random(WIDTH, EMBEDDING, scale=0.1),
    "logit_scale": torch.tensor(2.6592).half(),
    "visual.class_embedding": random(WIDTH, scale=0.3),
    "visual.positional_embedding": random((IMAGE // PATCH) ** 2 + 1, WIDTH, scale=0.3),
    "visual.proj": random(WIDTH, EMBEDDING, scale=0.1),
    "visual.conv1.weight": random(WIDTH, 3, PATCH, PATCH, scale=0.03),
    "token_embedding.weight": random(VOCABULARY, WIDTH, scale=0.5),
    **{f"{name}.weight": random(WIDTH, scale=0.1, mean=1) for name in ("visual.ln_pre", "visual.ln_post", "ln_final")},
    **{f"{name}.bias": random(WIDTH, scale=0.1) for name in ("visual.ln_pre", "visual.ln_post", "ln_final")},
    **dict(blocks("visual.", VISION_LAYERS)),
    **dict(blocks("", TEXT_LAYERS)),
}
w = {name: tensor.float() for name, tensor in weights.items()}


def norm(x, name):
    return layer_norm(x, (WIDTH,), w[f"{name}.weight"], w[f"{name}.bias"], eps=1e-5)


def attention(x, name, causal):
    batch, length, _ = x.shape
    qkv = linear(x, w[f"{name}.in_proj_weight"], w[f"{name}.in_proj_bias"])
    q, k, v = (t.view(batch, length, -1, HEAD).transpose(1, 2) for t in qkv.chunk(3, dim=-1))
    logits = q @ k.transpose(-2, -1) / HEAD ** 0.5
    if causal:
        logits = logits + torch.full((length, length), float("-inf")).triu(1)
    y = (softmax(logits, dim=-1) @ v).transpose(1, 2).reshape(batch, length, WIDTH)
    return linear(y, w[f"{name}.out_proj.weight"], w[f"{name}.out_proj.bias"])


def transformer(x, name, layers, causal):
    for i in range(layers):
        at = f"{name}transformer.resblocks.{i}"
        x = x + attention(norm(x, f"{at}.ln_1"), f"{at}.attn", causal)
        hidden = gelu(linear(norm(x, f"{at}.ln_2"), w[f"{at}.mlp.c_fc.weight"], w[f"{at}.mlp.c_fc.bias"]))
        x = x + linear(hidden, w[f"{at}.mlp.c_proj.weight"], w[f"{at}.mlp.c_proj.bias"])
    return x


def encode_image(rgb):
    pixels = (rgb.float() / 255 - torch.tensor(MEAN)) / torch.tensor(STD)
    x = torch.nn.functional.conv2d(pixels.permute(0, 3, 1, 2), w["visual.conv1.weight"], stride=PATCH)
    x = x.flatten(2).transpose(1, 2)
    x = torch.cat([w["visual.class_embedding"].expand(len(x), 1, WIDTH), x], dim=1) + w["visual.positional_embedding"]
    x = transformer(norm(x, "visual.ln_pre"), "visual.", VISION_LAYERS, causal=False)
    return norm(x[:, 0], "visual.ln_post") @ w["visual.proj"]


def encode_text(tokens):
    x = w["token_embedding.weight"][tokens] + w["positional_embedding"]
    x = norm(transformer(x, "", TEXT_LAYERS, causal=True), "ln_final")
    return x[torch.arange(len(x)), tokens.argmax(dim=-1)] @ w["text_projection"]


def tokenize(text):
    """Bytes as the byte vocabulary has them: those that stand for themselves first, then the same at a word's end."""
    alone = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    order = alone + [byte for byte in range(256) if byte not in alone]
    words = text.lower().replace(",", " ,").replace("!", " !").split()
    ids = [order.index(byte) + (256 if i == len(word) - 1 else 0) for word in words for i, byte in enumerate(word.encode())]
    ids = [VOCABULARY - 2, *ids[:CONTEXT - 2], VOCABULARY - 1]
    return ids + [0] * (CONTEXT - len(ids))


def save(path, tensors):
    types = {torch.float32: "F32", torch.float16: "F16", torch.int64: "I64", torch.uint8: "U8"}
    header, data = {}, b""
    for name, tensor in tensors.items():
        content = tensor.contiguous().numpy().tobytes()
        place = [len(data), len(data) + len(content)]
        header[name] = {"dtype": types[tensor.dtype], "shape": list(tensor.shape), "data_offsets": place}
        data += content
    text = json.dumps(header, separators=(",", ":")).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


rgb = torch.from_numpy(np.random.default_rng(29).integers(0, 256, (2, IMAGE, IMAGE, 3), dtype=np.uint8))
tokens = torch.tensor([tokenize(text) for text in TEXTS])
with torch.no_grad():
    image, sentence = encode_image(rgb), encode_text(tokens)
save("open_clip_model.safetensors", weights)
save("expected.safetensors", {"rgb": rgb, "tokens": tokens, "image": image, "sentence": sentence})
with open("open_clip_config.json", "w") as file:
    json.dump({
        "model_cfg": {
            "embed_dim": EMBEDDING,
            "vision_cfg": {"image_size": IMAGE, "layers": VISION_LAYERS, "width": WIDTH, "patch_size": PATCH},
            "text_cfg": {"context_length": CONTEXT, "vocab_size": VOCABULARY, "width": WIDTH, "heads": WIDTH // HEAD,
                         "layers": TEXT_LAYERS},
        },
        "preprocess_cfg": {"mean": MEAN, "std": STD},
    }, file, indent=2)
