package import Audit
package import Keys
package import Manifests
package import PipelineFiles
package import Records

extension Roster {
    /// Opens the audit log of a role, or begins one.
    ///
    /// - Parameters:
    ///   - key: the role's identity.
    ///   - storage: where the log is.
    /// - Throws: `RoleError.auditLog` where what is stored is not what the role wrote.
    package func auditLog(
        of role: SyncAuthor, key: consuming SigningKey, in storage: any AuditStorage, clock: any WallClock
    ) throws -> AuditLog {
        let terms = syncTerms
        do {
            return try AuditLog(
                consortium: consortium, role: role, key: key, storage: storage, clock: clock,
                keys: { terms.key(of: $0) })
        } catch let fault as AuditFault { throw RoleError.auditLog(fault) }
    }
}
