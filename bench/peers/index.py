#!/usr/bin/env python3
"""What a person would write instead of `tcmgc index`: ffmpeg, PyTorch's ViT-B/32, NumPy. Measured beside it, never used by it.

    python3 bench/peers/index.py FOLDER [float32|bfloat16]

Decodes each clip of a folder at one frame a second, encodes its frames (random weights: they cost as much as trained ones) and
keeps the vectors. Prints seconds as JSON. Needs Python with torch and numpy (Debian: python3-torch), and ffmpeg.
"""
import json, os, subprocess, sys, time

import numpy as np
import torch
from torch import nn

SIDE, PATCH, WIDTH, LAYERS, HEADS, OUT = 224, 32, 768, 12, 12, 512
MEAN, DEVIATION = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)


class QuickGelu(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(1.702 * x)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        self.first, self.second = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.mlp = nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), QuickGelu(), nn.Linear(4 * WIDTH, WIDTH))

    def forward(self, x):
        y = self.first(x)
        x = x + self.attention(y, y, y, need_weights=False)[0]
        return x + self.mlp(self.second(x))


class ImageEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, WIDTH, PATCH, PATCH, bias=False)
        self.kind = nn.Parameter(torch.randn(WIDTH) * 0.02)
        self.places = nn.Parameter(torch.randn((SIDE // PATCH) ** 2 + 1, WIDTH) * 0.02)
        self.before, self.after = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.blocks = nn.Sequential(*[Block() for _ in range(LAYERS)])
        self.project = nn.Linear(WIDTH, OUT, bias=False)

    def forward(self, pixels):
        x = self.patches(pixels).flatten(2).transpose(1, 2)
        x = torch.cat([self.kind.expand(len(x), 1, -1), x], 1) + self.places
        return self.project(self.after(self.blocks(self.before(x))[:, 0]))


def decode(path):
    shorter = f"scale='if(lt(iw,ih),{SIDE},-2)':'if(lt(iw,ih),-2,{SIDE})':flags=bicubic,crop={SIDE}:{SIDE}"
    raw = subprocess.run(
        ["ffmpeg", "-v", "quiet", "-nostdin", "-i", path, "-vf", f"fps=1:round=up,{shorter}", "-f", "rawvideo", "-pix_fmt", "rgb24",
         "-"], stdout=subprocess.PIPE, check=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, SIDE, SIDE, 3)


def main():
    folder, kind = sys.argv[1], getattr(torch, sys.argv[2] if len(sys.argv) > 2 else "bfloat16")
    torch.set_num_threads(os.cpu_count())
    begun = time.perf_counter()
    model = ImageEncoder().eval().to(kind)
    mean, deviation = (torch.tensor(v, dtype=kind).view(1, 3, 1, 1) for v in (MEAN, DEVIATION))
    vectors, seconds = [], {"decode": 0.0, "encode": 0.0}
    with torch.inference_mode():
        for name in sorted(os.listdir(folder)):
            at = time.perf_counter()
            frames = decode(os.path.join(folder, name))
            between = time.perf_counter()
            pixels = torch.from_numpy(frames.copy()).permute(0, 3, 1, 2).to(kind) / 255
            vectors.append(model((pixels - mean) / deviation).float().numpy())
            seconds["decode"] += between - at
            seconds["encode"] += time.perf_counter() - between
    print(json.dumps({"clips": len(vectors), "frames": sum(map(len, vectors)), **seconds, "seconds": time.perf_counter() - begun,
                      "processorSeconds": sum(os.times()[:4])}))


main()
