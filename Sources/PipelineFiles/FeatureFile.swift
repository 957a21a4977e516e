package import Model

/// Reads a feature spec: `pipelines/features/*.yaml`.
package func readFeatureSpec(file: String) throws(ConfigurationError) -> FeatureSpec {
    let root = try YAMLNode(file: file)
    try root.allow("name", "features", "consortium")
    let features = try readFeatures(root.child("features"))
    var terms = ConsortiumTerms()
    let node = root.optional("consortium")
    if let node {
        try node.allow("bucket", "label_delay")
        terms.bucket = try node.child("bucket").seconds
        terms.labelDelay = try node.child("label_delay").seconds
    }
    let spec = FeatureSpec(
        name: try root.child("name").string, features: features, terms: terms, tellsLabels: node != nil)
    if let mistake = spec.mistake { throw (node ?? root).wrong(mistake) }
    return spec
}

/// A list of features as specs and policies have them, each with a name of its own; at least one.
func readFeatures(_ list: YAMLNode) throws(ConfigurationError) -> [Feature] {
    var features: [Feature] = []
    for node in try list.list {
        let feature = try readFeature(node)
        guard !features.contains(where: { $0.name == feature.name }) else {
            throw try node.child("name").wrong("the feature is named twice")
        }
        features.append(feature)
    }
    guard !features.isEmpty else { throw list.wrong("at least one feature belongs here") }
    return features
}

private func readFeature(_ node: YAMLNode) throws(ConfigurationError) -> Feature {
    try node.allow("name", "kind", "entity", "over", "delay", "of", "history", "value", "values", "scope", "edges")
    var form = FeatureForm(name: try node.child("name").string, kind: try node.child("kind").string)
    form.entity = try node.optional("entity")?.string
    form.over = try node.optional("over")?.seconds
    form.delay = try node.optional("delay")?.seconds
    form.of = try node.optional("of")?.string
    form.history = try node.optional("history")?.seconds
    form.scope = try node.optional("scope")?.string
    form.value = try node.optional("value")?.string
    if let values = node.optional("values") {
        var names: [String] = []
        for value in try values.list { names.append(try value.string) }
        form.values = names
    }
    if let edges = node.optional("edges") {
        var numbers: [Double] = []
        for edge in try edges.list { numbers.append(try edge.number(in: -1e16...1e16)) }
        form.edges = numbers
    }
    do {
        return try form.feature()
    } catch {
        let expected = error.expected ?? ""
        guard let given = node.optional(error.field) else {
            throw node.wrong("`\(error.field)` is missing: \(expected)")
        }
        throw given.wrong(error.expected == nil ? "`\(form.kind)` has no such field" : "\(expected) belongs here")
    }
}
