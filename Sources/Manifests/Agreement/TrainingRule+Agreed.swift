package import Records

extension TrainingRule {
    /// The digest by which an agreement names the rule.
    package var agreedDigest: Digest32 { Digest32(of: [Array("cordon/agreement/trainer/v1".utf8), encoded]) }
}
