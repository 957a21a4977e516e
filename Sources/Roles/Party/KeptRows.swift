import EventLogs
import Manifests
import ModelSync
import Records
import SecureScoring
import ThreeParty

/// The rows that a party's scoring keeps, read for its trainings by connections of their own: scoring does not wait for a reader.
struct KeptRows: SyncRowSource {
    /// Those that left among them: their rows are there still.
    let members: ConsortiumMembers
    let limits: RowLimits
    let shares: PartyShares
    /// Opens the store of rows.
    let state: @Sendable () throws(LogError) -> any StateStore

    func rows(
        _ range: Range<Int64>, labels: Int64, form: ModelManifest, beside other: ModelManifest?, under epoch: KeyEpoch?
    ) throws -> SyncRows {
        let generation = try shares.generation(under: epoch)
        // Before rows are read: those that have not come to the generation by then need its key, and it stays until they have.
        let refresh = try shares.store.rowRefresh(of: shares.models.party)
        let terms = RowTerms(state: try state(), limits: limits)
        do {
            let window = try ScoredRowStore(terms, partition: 0).window(
                RowWindow.Request(
                    form: form.rowForm, bits: form.shape.bits, range: range, labels: labels,
                    beside: other.map { .init(form: $0.rowForm, bits: $0.shape.bits) }),
                in: generation, by: refresh)
            // The oldest may have gone while they were read.
            let kept = try ScoredRowStore(terms, partition: 0).kept?.range.lowerBound
            guard let kept, kept <= range.lowerBound else { throw RowWindowError.notKept(from: kept) }
            return SyncRows(
                source: try window.source(of: members.entries.map(\.id)), events: window.events,
                otherForms: window.otherForms, beside: window.beside)
        } catch let error as RowWindowError {
            switch error {
            case .notKept, .unknownMember, .otherGeneration: throw SyncRowsMissing.never("\(error)")
            case .notDecided, .notLabelled: throw SyncRowsMissing.notYet("\(error)")
            }
        }
    }
}
