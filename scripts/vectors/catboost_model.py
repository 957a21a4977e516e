"""Makes Tests/Vectors/catboost-v1: small models in CatBoost's own JSON export with CatBoost's own predictions.

    pip install numpy catboost
    python scripts/vectors/catboost_model.py Tests/Vectors/catboost-v1

Invented data, fixed seeds. Files:
    raw.json           trained on raw values of three features; edges come from its borders
    binned.json        trained on bins of the edges in vectors.json; borders are k + 0.5
    early.json         trees of depths 4, 2, 1 and 0 (raw.json with its last three trees cut down)
    categorical.json, multiclass.json, lossguide.json    models that the import must refuse
    vectors.json       edges, rows and raw predictions (prediction_type RawFormulaVal); floats as CatBoost sees them
"""
import json
import os
import sys

import catboost
import numpy as np

FEATURES = ["amount", "customer_mean_7", "terminal_f_7"]


def shrink(path):
    """Rewrites an export in few bytes, without what depends on the machine or the time of training."""
    with open(path) as f:
        model = json.load(f)
    model["model_info"] = {}
    with open(path, "w") as f:
        json.dump(model, f, separators=(",", ":"), sort_keys=True)
        f.write("\n")
    return model


def main(folder):
    os.makedirs(folder, exist_ok=True)
    at = lambda name: os.path.join(folder, name)
    random = np.random.default_rng(20180621)
    n = 4000
    x = np.column_stack([
        np.round(random.gamma(2, 30, n), 2), np.round(random.normal(55, 20, n), 4), random.poisson(0.4, n)
    ]).astype(np.float64)
    y = ((x[:, 0] > 180) | (x[:, 2] >= 3) | ((x[:, 0] > 2.2 * x[:, 1]) & (random.random(n) < 0.5))).astype(float)

    def save(name, model, columns, names=FEATURES, target=y, **pool):
        model.fit(catboost.Pool(columns, target, feature_names=names, **pool), verbose=0)
        model.save_model(at(name), format="json")
        return shrink(at(name))

    def regressor(**options):
        return catboost.CatBoostRegressor(
            iterations=20, depth=4, learning_rate=0.15, random_seed=7, thread_count=1, border_count=16,
            allow_writing_files=False, **options)

    raw = regressor()
    exported = save("raw.json", raw, x)
    # Rows at, just below and just above every border, where a wrong comparison would show.
    rows = [list(r) for r in x[:60]]
    for feature in exported["features_info"]["float_features"]:
        for border in (feature["borders"] or [])[:12]:
            for value in (np.float32(border), np.nextafter(np.float32(border), np.float32(np.inf)),
                          np.nextafter(np.float32(border), np.float32(-np.inf))):
                row = list(x[len(rows)])
                row[feature["feature_index"]] = float(value)
                rows.append(row)
            # Doubles around the midpoint of two floats: CatBoost rounds them to the nearest float first.
            low, high = np.float32(border), np.nextafter(np.float32(border), np.float32(np.inf))
            middle = (float(low) + float(high)) / 2
            for value in (middle, np.nextafter(middle, -np.inf), np.nextafter(middle, np.inf)):
                row = list(x[len(rows)])
                row[feature["feature_index"]] = float(value)
                rows.append(row)

    edges = [sorted(set(np.quantile(x[:, f], np.linspace(0.05, 0.999, 20)).tolist())) for f in range(3)]
    bins = np.column_stack([np.searchsorted(edges[f], x[:, f], side="right") for f in range(3)])
    binned = regressor()
    save("binned.json", binned, bins)

    cut = json.loads(json.dumps(exported))
    for tree, depth in zip(cut["oblivious_trees"][-3:], (2, 1, 0)):
        tree["splits"], tree["leaf_values"] = tree["splits"][:depth], tree["leaf_values"][:2 ** depth]
        tree.pop("leaf_weights", None)
    with open(at("early.json"), "w") as f:
        json.dump(cut, f, separators=(",", ":"), sort_keys=True)
        f.write("\n")
    early = catboost.CatBoost()
    early.load_model(at("early.json"), format="json")

    small = dict(iterations=2, depth=2, random_seed=7, thread_count=1, allow_writing_files=False)
    letters = [[float(r[0]), "abc"[int(r[2]) % 3]] for r in x]
    save("categorical.json", catboost.CatBoostRegressor(**small), letters, ["amount", "letter"], cat_features=[1])
    classes = catboost.CatBoostClassifier(loss_function="MultiClass", **small)
    save("multiclass.json", classes, x, target=x[:, 2].clip(0, 2))
    save("lossguide.json", catboost.CatBoostRegressor(grow_policy="Lossguide", **small), x)

    sample = bins[:200:2]
    vectors = {
        "catboost": catboost.__version__, "features": FEATURES, "edges": edges,
        "raw": {"rows": rows, "predictions": raw.predict(rows).tolist()},
        "early": {"rows": rows, "predictions": early.predict(rows).tolist()},
        "binned": {"rows": sample.tolist(), "predictions": binned.predict(sample).tolist()},
    }
    with open(at("vectors.json"), "w") as f:
        json.dump(vectors, f, separators=(",", ":"), sort_keys=True)
        f.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
