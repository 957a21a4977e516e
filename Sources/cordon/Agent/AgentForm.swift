import Ingest
import Model
import Records

/// How an agent's transactions go out and how its scores come back.
protocol AgentForm: Sendable {
    func sealer(_ sealer: TransactionSealer, _ spec: BinnedSpec) -> any TransactionSealing
    func collector(_ shares: ShareCollector, _ member: MemberID) -> any ScoreCollecting
}

/// In shares for three parties, sealed: the only form there is outside of a benchmark.
struct SealedForm: AgentForm {
    func sealer(_ sealer: TransactionSealer, _ spec: BinnedSpec) -> any TransactionSealing {
        sealer
    }

    func collector(_ shares: ShareCollector, _ member: MemberID) -> any ScoreCollecting { shares }
}
