package import Model

/// Reads a feature spec: `pipelines/features/*.yaml`.
package func readFeatureSpec(file: String) throws(ConfigurationError) -> FeatureSpec {
    let root = try YAMLNode(file: file)
    try root.allow("name", "features")
    return FeatureSpec(name: try root.child("name").string, features: try readFeatures(root.child("features")))
}

/// A list of features, each with a name of its own; at least one.
func readFeatures(_ list: YAMLNode) throws(ConfigurationError) -> [Feature] {
    var features: [Feature] = []
    for node in try list.list {
        try node.allow("name", "kind", "entity", "days", "delay")
        let name = try node.child("name")
        guard !features.contains(where: { $0.name == (try? name.string) }) else {
            throw name.wrong("the feature is named twice")
        }
        features.append(Feature(name: try name.string, kind: try kind(node)))
    }
    guard !features.isEmpty else { throw list.wrong("at least one feature belongs here") }
    return features
}

private func kind(_ node: YAMLNode) throws(ConfigurationError) -> Feature.Kind {
    let kind = try node.child("kind")
    let name = try kind.string
    guard Feature.Kind.names.contains(name) else {
        throw kind.wrong("unknown kind; known: \(Feature.Kind.names.joined(separator: ", "))")
    }
    if let plain = Feature.Kind(name: name, window: nil) {
        for key in ["entity", "days", "delay"] where node.optional(key) != nil {
            throw try node.child(key).wrong("`\(name)` has no window")
        }
        return plain
    }
    let entity = try node.child("entity")
    guard let owner = Feature.Entity(rawValue: try entity.string) else {
        throw entity.wrong("customer or terminal belongs here")
    }
    let window = Feature.Window(
        days: try node.child("days").int(in: 1...365), delayDays: try node.optional("delay")?.int(in: 0...365) ?? 0)
    guard let windowed = Feature.Kind(name: name, window: (owner, window)) else { throw kind.wrong("unknown kind") }
    return windowed
}
