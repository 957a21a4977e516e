extension CatBoostImport {
    /// Why an export can't be used. Trees and features are numbered from 0.
    package enum Failure: Error, Sendable, Hashable {
        /// Also where the file is empty or cut off.
        case notJSON
        /// JSON, and no export of CatBoost's: what is missing or of another type at this place of the file.
        case malformed(String)
        /// Grown with another policy than `SymmetricTree`.
        case notOblivious
        case categoricalFeatures(String)
        /// Text or embedding features.
        case unsupportedFeatures(String, kind: String)
        /// A split that is not on a numeric feature, such as `OneHotFeature` or `OnlineCtr`.
        case splitType(String, tree: Int)
        /// Several outputs, as of a multi-class model.
        case severalDimensions(Int)
        /// A missing value is above every border, and ours is below.
        case missingAsLargest(String)
        case depth(Int, tree: Int)
        /// A tree's leaves don't fit its splits, or a split names no feature, or a number is not finite.
        case shape(tree: Int)
        /// The model has another number of features than the spec.
        case featureCount(model: Int, spec: Int)
        /// The model names a feature otherwise than the spec.
        case featureName(String, index: Int, spec: String)
        /// A feature has more borders than a spec has edges.
        case borders(Int, feature: String)
        /// Not trained on these bins: a border is not half-way between two of them.
        case border(tree: Int)
        /// No tree asks anything.
        case noSplits
        /// A leaf does not fit 32 bits at these fraction bits.
        case leaf(tree: Int)
        /// The borders as the spec's edges.
        case edges(BinnedSpec.Invalid)
        case forest(Forest.Invalid)
    }
}

extension CatBoostImport.Failure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notJSON:
            "the file is empty, cut off or not JSON: write it with `model.save_model(FILE, format=\"json\")`"
        case .malformed(let place):
            "it is no export of CatBoost's: \(place.isEmpty ? "its top" : "`\(place)`") is missing or of another type; "
                + "write it with `model.save_model(FILE, format=\"json\")`"
        case .notOblivious:
            "its trees are not symmetric: train with grow_policy=\"SymmetricTree\", CatBoost's default, and not with "
                + "Depthwise or Lossguide"
        case .categoricalFeatures(let name):
            "its feature `\(name)` is categorical, and features are numbers here: train without cat_features, on the "
                + "values of the feature spec"
        case .unsupportedFeatures(let name, let kind):
            "its feature `\(name)` is a \(kind) feature, and features are numbers here: train without \(kind)_features"
        case .splitType(let type, let tree):
            "tree \(tree) has a split of type `\(type)`, which is on a categorical feature: train without cat_features"
        case .severalDimensions(let count):
            "it has \(count) outputs, as a model of several classes or targets: train with a loss of one output, such as "
                + "Logloss, CrossEntropy or RMSE"
        case .missingAsLargest(let name):
            "missing values of feature `\(name)` count as the largest (nan_mode=\"Max\"), and here they are the smallest: "
                + "train with nan_mode=\"Min\", CatBoost's default"
        case .depth(let depth, let tree):
            "tree \(tree) is \(depth) deep, and at most 10 are allowed: train with depth=10 or less"
        case .shape(let tree):
            "tree \(tree) is damaged: its leaves don't fit its splits, a split names no feature, or a number is not finite; "
                + "write the export anew"
        case .featureCount(let model, let spec):
            "it was trained on \(model) features, and the feature spec has \(spec): train on the spec's features, one column "
                + "each in its order, or name the spec it was trained on with --features"
        case .featureName(let name, let index, let spec):
            "its feature \(index) is `\(name)`, and the feature spec has `\(spec)` there: train on the spec's features in its "
                + "order, or name the spec it was trained on with --features"
        case .borders(let count, let feature):
            "feature `\(feature)` has \(count) borders, and at most \(BinnedSpec.mostEdges) are allowed: train with "
                + "border_count=\(BinnedSpec.mostEdges) (CatBoost's default is 254)"
        case .border(let tree):
            "tree \(tree) has a border that is no edge of these bins: train on the bins' numbers, or on the features' values"
        case .noSplits: "no tree asks anything of a feature, so all scores are equal: train on data with both outcomes"
        case .leaf(let tree):
            "tree \(tree) has a leaf too large for a score of 32 bits: train with a smaller learning_rate, or a loss whose "
                + "output is a log-odds or a probability"
        case .edges(let invalid):
            "its borders are no edges of the feature spec: \(invalid); train on the spec's features, "
                + "or name the spec it was trained on with --features"
        case .forest(.overflow):
            "its trees are no forest that can be scored: \(Forest.Invalid.overflow); train with fewer iterations or a "
                + "smaller learning_rate"
        case .forest(let invalid):
            "its trees are no forest that can be scored: \(invalid); train on the spec's features with depth=10 or less"
        }
    }
}
