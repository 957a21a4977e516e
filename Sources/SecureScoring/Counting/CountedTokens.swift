import Counters
import Sealing
import Stages
import Synchronization
import Tokens

/// The tokens that a party counts under, and their move to those of a newer key (docs/TOKENS.md).
///
/// Events may name tokens of any epoch that this party has the factors to. All are counted under one epoch's, which is the party's
/// own affair: an entity's counts are the same under each, so the three parties need not move at the same time, and neither need
/// members. Used by a partition's thread.
final class CountedTokens {
    /// The epoch of the tokens that everything is counted under.
    private(set) var epoch: TokenEpoch
    private let updates: TokenUpdates
    /// Tokens of other epochs that events named, each with its token of this one; forgotten together when there are many.
    private var converted: [TokenEpoch: [CountedEntity: CountedEntity]] = [:]
    private let work: SideWork
    private let slice: Slice
    private var isComputing = false
    private let clock: any StageClock
    private var next: Moment

    /// The number of tokens moved between two batches, and the time from one such slice to the next: 4,096 tokens a second, for a
    /// third of a core.
    static let sliceTokens = 1024
    private static let pause = Duration.milliseconds(250)
    private static let convertedLimit = 100_000

    /// The tokens that the side work has computed and the partition's thread has not applied yet.
    private final class Slice: Sendable {
        let tokens = Mutex<Result<[(from: CountedEntity, to: CountedEntity)], ScoringError>?>(nil)
    }

    /// - Parameters:
    ///   - epoch: what was counted is of this one's tokens; nil where nothing was.
    ///   - work: where tokens are moved.
    init(
        epoch: TokenEpoch?, updates: TokenUpdates, clock: any StageClock, work: SideWork
    ) throws(ScoringError) {
        self.updates = updates
        self.work = work
        self.clock = clock
        next = clock.now
        self.epoch = epoch ?? updates.newest
        slice = Slice()
        guard updates.move([], from: self.epoch, to: max(self.epoch, updates.newest)) != nil else {
            throw .countsOfLostEpoch(self.epoch.number)
        }
    }

    /// The keys of these epochs, as far as this party knows them.
    func keys(of epochs: Set<TokenEpoch>) -> TokenKeys { TokenKeys(of: epochs, updates) }

    /// The lowest epoch of which this party has another key than these.
    func difference(from keys: TokenKeys) -> TokenEpoch? { keys.difference(from: updates) }

    /// The token under which is counted what a box calls `token`, or why there is none.
    func counted(
        _ token: CountedEntity, of box: TokenEpoch, in counters: PartyCounters
    ) -> Result<CountedEntity, Refusal> {
        if box == epoch {
            // One that is not known yet is checked to be of the group, since a rotation computes with it.
            return counters.knows(token) || element(token) != nil ? .success(token) : .failure(.boxMalformed)
        }
        if box == epoch.next, let present = counters.present(ofNext: token) { return .success(present) }
        if let present = converted[box]?[token] { return .success(present) }
        guard let element = element(token) else { return .failure(.boxMalformed) }
        guard let present = updates.move([element], from: box, to: epoch)?.first.flatMap({ CountedEntity($0.bytes) })
        else {
            return .failure(.unknownTokenEpoch)
        }
        if converted[box, default: [:]].count >= Self.convertedLimit { converted[box] = [:] }
        converted[box, default: [:]][token] = present
        return .success(present)
    }

    private func element(_ token: CountedEntity) -> EntityToken? { try? EntityToken(bytes: token.bytes) }

    /// Goes on with a move to a newer key where there is one: applies the slice that was computed and begins the next. Costs
    /// milliseconds at most, whatever there is to move.
    ///
    /// - Returns: whether everything is counted under another epoch's tokens from now on.
    /// - Throws: `countsOfLostEpoch` where the factor has gone meanwhile, `countsDamaged`.
    func move(_ counters: inout PartyCounters) throws -> Bool {
        guard counters.isRotating || epoch < updates.newest || counters.isRenewing else { return false }
        if let tokens = slice.tokens.withLock({ $0.take() }) {
            isComputing = false
            try counters.rekey(tokens.get())
        }
        guard !isComputing, clock.now >= next else { return false }
        next = clock.now + Self.pause
        guard counters.isRotating else {
            // Rows with tokens of the epoch before are written anew first.
            if !counters.renew(4 * Self.sliceTokens), epoch < updates.newest { try counters.beginRotation() }
            return false
        }
        let unmoved = counters.unmoved(Self.sliceTokens)
        if unmoved.isEmpty {
            try counters.finishRotation()
            epoch = epoch.next
            converted = [:]
            return true
        }
        compute(unmoved)
        return false
    }

    private func compute(_ tokens: [CountedEntity]) {
        isComputing = true
        work.run { [slice, updates, epoch] in
            let moved = Self.moved(tokens, epoch, updates)
            slice.tokens.withLock { $0 = moved }
        }
    }

    private static func moved(
        _ tokens: [CountedEntity], _ epoch: TokenEpoch, _ updates: TokenUpdates
    ) -> Result<[(from: CountedEntity, to: CountedEntity)], ScoringError> {
        // All were checked when they were counted.
        let elements = tokens.compactMap { try? EntityToken(bytes: $0.bytes) }
        guard elements.count == tokens.count else { return .failure(.countsDamaged) }
        guard let moved = updates.move(elements, from: epoch, to: epoch.next) else {
            return .failure(.countsOfLostEpoch(epoch.number))
        }
        return .success(
            zip(tokens, moved).compactMap { from, to in CountedEntity(to.bytes).map { (from: from, to: $0) } })
    }
}
