package import Ingest

/// Reads a member's decision policy: `pipelines/policies/*.yaml`.
package func readPolicy(file: String) throws(ConfigurationError) -> DecisionPolicy {
    let root = try YAMLNode(file: file)
    try root.allow("review", "decline")
    let review = try root.child("review").number(in: 0...1)
    let decline = try root.child("decline").number(in: 0...1)
    do {
        return try DecisionPolicy(review: review, decline: decline)
    } catch {
        throw try root.child("decline").wrong("must not be below `review`")
    }
}
