package import Manifests
package import PipelineFiles

extension Roster {
    /// Whose approval a model needs before parties switch to it.
    var approvalTerms: ApprovalTerms { syncTerms.approvalTerms }

    /// What the roster says of trainings: whose word counts on `consortium.sync`, and what it takes.
    package var syncTerms: SyncTerms {
        SyncTerms(
            consortium: consortium, coordinator: coordinator, parties: cell.identities,
            members: Dictionary(uniqueKeysWithValues: members.map { ($0.id, $0.identity) }),
            operators: Dictionary(uniqueKeysWithValues: operators.map { ($0.id, $0.identity) }), approvals: approvals,
            openings: openings)
    }
}
