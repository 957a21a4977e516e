package import Manifests

extension AuditEvent {
    /// That rows of a feature spec are collected from a record on, or of none any more. Its subject is the form of the rows.
    ///
    /// - Parameters:
    ///   - sequence: the announcement's.
    ///   - fields: where the record stands, if it does already.
    package init(collecting spec: NextSpec?, sequence: UInt64, _ fields: [AuditField: String] = [:]) {
        self.init(
            .collecting, of: spec?.form,
            fields.merging([.sequence: "\(sequence)", .outcome: spec == nil ? "ended" : "begun"]) { $1 })
    }
}
