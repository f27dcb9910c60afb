"""Recomputes a published score: python3 -I recompute.py [FOLDER with score.json]

Needs Python 3.9 or newer and nothing else. Ends with code 1 where the number or its 90 % interval
are not what was published. What is computed and why is explained in docs/method.md.
"""

import json, math, sys
from collections import defaultdict
from datetime import date
from hashlib import blake2b
from itertools import groupby
from pathlib import Path

DRAWS, STEPS, MASK = 2000, 400, 2**64 - 1
folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
data = json.loads((folder / "score.json").read_text("utf-8"))
c, told = data["constants"], data["published"]
ordinal = lambda text: date.fromisoformat(text).toordinal()
today = ordinal(data["day"])

points = lambda b: 100 - 20 * b if b <= 1 else 80 * math.exp(-c["loss_aversion"] / 4 * (b - 1))

def laney(days):  # how much more the days differ than chance explains
    days = [(good, n) for good, n in days if n]
    p = sum(good for good, _ in days) / max(1, sum(n for _, n in days))
    z = [(good / n - p) / math.sqrt(p * (1 - p) / n) for good, n in days if 0 < p < 1]
    return (sum(abs(y - x) for x, y in zip(z, z[1:])) / (len(z) - 1) / 1.128) ** 2 if len(z) > 7 else 1.0

def quantiles(a, b):  # of Beta(a, b) at 2,000 even ranks, in an order that mixed() decides
    mid, sd = math.log(a / b), 8 * math.sqrt((a + b) / (a * b))
    low, high = max(mid - max(sd, 35 / a), -700.0), min(mid + max(sd, 35 / b), 700.0)
    x = [low + (high - low) * (k / STEPS) for k in range(STEPS + 1)]
    soft = lambda v: max(v, 0.0) + math.log1p(math.exp(-abs(v)))
    height = [-a * soft(-v) - b * soft(v) for v in x]
    d, mass, found, k = [math.exp(v - max(height)) for v in height], [0.0], [], 0
    for u, v in zip(d, d[1:]):
        mass.append(mass[-1] + (u + v) / 2)
    for want in ((j + 0.5) / DRAWS * mass[-1] for j in range(DRAWS)):
        while mass[k + 1] < want: k += 1
        v = x[k] + (x[k + 1] - x[k]) * (want - mass[k]) / (mass[k + 1] - mass[k])
        found.append(1 / (1 + math.exp(-v)))
    return found

def mixed(values, name):
    seed, keys = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big"), []
    for k in range(1, DRAWS + 1):
        y = (seed + k * 0x9E3779B97F4A7C15) & MASK
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            y = ((y ^ (y >> shift)) * factor) & MASK
        keys.append(y ^ (y >> 31))
    place = {key: rank for rank, key in enumerate(sorted(keys))}
    return [values[place[key]] for key in keys]

def strands(one):  # (cases, points, draws, enough): with failures allowed, and with none
    half, scale = c["half_lives"].get(one["slug"], c["half_life"]), one["scale"]
    stop = min(today, ordinal(one["retired"] or data["day"]))
    rows = [(ordinal(day), *row) for day, *row in one["days"]]
    rows = [row for row in rows if stop - 10 * half < row[0] <= stop]
    now = ([t for day, t in one["promised"] if ordinal(day) <= stop] or [one["promised"][0][1]])[-1]
    for zero in (False, True):
        mine = [(2 ** ((day - stop) / half), day, *row) for day, *row in rows if (row[2] <= 0) == zero]
        if not mine and zero != (now <= 0): continue
        kept, n = (sum(w * row[i] for w, _, *row in mine) for i in (0, 1))
        if zero:
            sure, bad, prior = n / scale / (n / scale + c["zero_prior"]), (n - kept) / scale, c["prior_gap"]
            own = min(1.0, bad / c["zero_floor"]) + c["zero_step"] * bad
            gap, enough = prior + sure * (own - prior), n / scale >= c["zero_floor"] * (1 - 1e-9)
            draws = [sure * own + (1 - sure) * (1 - x) / 0.01 * prior / 2 for x in quantiles(98.0, 2.0)]
        else:
            days = [list(same) for _, same in groupby(mine, lambda row: row[1])]
            phi = max(scale, laney([tuple(sum(r[i] for r in same) for i in (2, 3)) for same in days]))
            t = now or mine[-1][-1]
            mean, m = max(1 - c["prior_gap"] * t, (1 - t) / 2, 0.1), c["prior_weight"] / t
            allowed = (m * t + sum(w * k * u for w, _, _, k, u in mine) / phi) / (m + n / phi)
            p = (m * mean + kept / phi) / (m + n / phi)
            gap, enough = (1 - p) / allowed, n / phi >= max(c["enough"], m) * (1 - 1e-9)
            draws = [(1 - x) / allowed for x in quantiles((m + n / phi) * p, (m + n / phi) * (1 - p))]
        fade = c["weights"].get(one["slug"], 1.0) * 2 ** ((stop - today) / half)
        yield n, fade, points(gap), mixed([points(b) for b in draws], f"{one['slug']} {zero:d}"), enough

pillars = defaultdict(list)
for one in data["promises"]:
    found = list(strands(one)) if any(n and ordinal(d) <= today for d, _, n, _ in one["days"]) else []
    cases = sum(n for n, *_ in found)
    for n, fade, value, draws, enough in found:
        share = fade * (n / cases if cases and len(found) > 1 else 1 / len(found))
        pillars[one["pillar"]] += [(share, value, draws, enough)] if share else []
total = sum(c["pillars"][key] for key in pillars if pillars[key])
whole = [(c["pillars"][key] / total * w / sum(v[0] for v in mine), *rest)
         for key, mine in pillars.items() for w, *rest in mine]
factor = math.exp(-sum(-math.log1p(-cost) * 2 ** ((ordinal(day) - today) / c["integrity"]["half_life"])
                       for day, cost in data["integrity"]))
drawn = sorted(factor * sum(w * draws[k] for w, _, draws, _ in whole) for k in range(DRAWS))
value, e = factor * sum(w * one for w, one, _, _ in whole), DRAWS // 20
mine = ["%.1f" % v for v in (value, (drawn[e - 1] + drawn[e]) / 2, (drawn[-e - 1] + drawn[-e]) / 2)]
mine = mine if sum(w for w, _, _, enough in whole if enough) >= c["cover"] - 1e-9 else "not enough evidence"
show = lambda one: one if isinstance(one, str) else "%s (90 %% interval %s to %s)" % tuple(one)
print(f"score of {data['day']}\nrecomputed  {show(mine)}\npublished   {show(told)}")
print("the same" if mine == told else "they DIFFER")
sys.exit(mine != told)
