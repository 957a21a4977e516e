package import Ingest
package import Model
package import Records

/// How an agent's transactions go out and how its scores come back.
package protocol AgentForm: Sendable {
    func sealer(_ sealer: TransactionSealer, _ spec: BinnedSpec) -> any TransactionSealing
    func collector(_ shares: ShareCollector, _ member: MemberID) -> any ScoreCollecting
}

/// In shares for three parties, sealed: the only form there is outside of a benchmark.
package struct SealedForm: AgentForm {
    package init() {}

    package func sealer(_ sealer: TransactionSealer, _ spec: BinnedSpec) -> any TransactionSealing {
        sealer
    }

    package func collector(_ shares: ShareCollector, _ member: MemberID) -> any ScoreCollecting { shares }
}
