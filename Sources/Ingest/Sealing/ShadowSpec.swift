package import Model

/// A second feature spec, whose bits a member shares beside those of its first: the next one, or the one before. Its features are
/// computed with the policy's windows.
package struct ShadowSpec: Sendable {
    package let spec: BinnedSpec
    /// The features that a member computes of it. No feature of a spec or a policy has such a name.
    package let windows: [Feature]

    package init(_ spec: BinnedSpec) {
        self.spec = spec
        let id = String(spec.id, radix: 16)
        windows = spec.spec.features.prefix(spec.spec.ownCount).map {
            Feature(name: "spec/\(id)/\($0.name)", kind: $0.kind)
        }
    }

    /// A transaction's features; nil where one is missing, as of a transaction that came in before the agent had this spec.
    ///
    /// - Parameter values: by the names of `windows`.
    package func features(_ values: [String: Double]) -> [Double]? {
        let found = windows.compactMap { values[$0.name] }
        return found.count == windows.count ? found : nil
    }
}
