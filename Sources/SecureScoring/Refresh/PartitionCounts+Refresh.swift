import Counters
import Records
import Stages
import ThreeParty

/// The refresh of a party's counts between two batches, and the move of their rows, in the background (docs/design/refresh.md).
extension PartitionCounts {
    /// The rows of tokens and events that come to a generation between two batches, and the time from one such slice to the next: a
    /// million in half a minute.
    package static let sliceRows = 4096
    package static let slicePause = Duration.milliseconds(100)

    /// Puts a generation of shares in force, before the first batch that is computed with it. Three parties come here with the same
    /// counts, since a batch's plan names both.
    ///
    /// - Throws: `countsOfLostGeneration` where a key on the way is not here.
    func refresh(to generation: ShareGeneration) throws {
        guard generation > counters.generation else { return }
        if standing.digest == standing.genesis { return counters.begin(in: generation) }
        guard let shares else { throw ScoringError.countsOfLostGeneration(generation) }
        let way = try shares.store.generations().filter { $0 > counters.generation && $0 <= generation }
        guard way.last == generation else { throw ScoringError.countsOfLostGeneration(generation) }
        for next in way {
            let (party, key) = try key(of: next)
            counters.refresh(by: key, of: party)
        }
    }

    func key(of generation: ShareGeneration) throws -> (party: PartyID, key: RefreshKey) {
        guard let shares, let key = try shares.store.key(of: generation) else {
            throw ScoringError.countsOfLostGeneration(generation)
        }
        return (shares.party, key)
    }

    /// Brings the next rows to the generation in force, where some are left and it is time. Milliseconds, whatever there is.
    func refreshRows() {
        guard counters.isRefreshing, clock.now >= nextSlice else { return }
        _ = counters.refreshNext(Self.sliceRows)
        nextSlice = clock.now + Self.slicePause
    }
}
