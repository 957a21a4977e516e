package import Desk
package import DeskStore
package import Records
import Synchronization
package import Webhooks

/// What people do at the desk, whatever they do it by.
package final class DeskService: Sendable {
    package let index: DeskIndex
    package let feed: FeedCache
    /// Endpoints that the feed is sent to; nil for a desk that sends none.
    package let webhooks: WebhookStore?
    /// Where their messages may go.
    let networks: ReachableNetworks
    /// Where rules are tried; nil for a desk that does not know the policy.
    let trials: RuleTrials?
    private let book: ActBook
    private let clock: any WallClock
    private let random: @Sendable (Int) -> [UInt8]
    /// Whether reasons are shown for half of the alerts alone (`ReasonsTrial`).
    let triesReasons: Bool
    /// When labels leave the member; nil where nobody said so.
    let labelTerms: LabelTerms?
    /// Items that a claim of this desk is on its way for: others take the next ones, and nobody loses a race within the desk.
    private let reserved = Mutex<Set<ItemID>>([])

    /// - Parameter random: so many random bytes, of a generator that nobody can guess.
    package init(
        index: DeskIndex, book: ActBook, clock: any WallClock, triesReasons: Bool = false,
        labelTerms: LabelTerms? = nil, random: @escaping @Sendable (Int) -> [UInt8], webhooks: WebhookStore? = nil,
        networks: ReachableNetworks = ReachableNetworks(), trials: RuleTrials? = nil
    ) {
        self.triesReasons = triesReasons
        self.labelTerms = labelTerms
        self.index = index
        feed = FeedCache(index: index)
        self.webhooks = webhooks
        self.networks = networks
        self.trials = trials
        self.book = book
        self.clock = clock
        self.random = random
    }

    package static let lease = Work.lease
    /// Alerts that a search for the next one looks at in one step.
    private static let step = 16

    /// The log's clock now, as far as this desk can know it.
    package func now() throws -> Int64 { max(clock.microseconds, try index.clock()) }

    /// A name for an act that nobody has asked for yet.
    package func newAct() -> ActID { ActID(random: random(16)) }

    /// A new key of an endpoint.
    func newSecret(pair: Bool) -> WebhookSecret {
        pair ? WebhookSecret(pair: random(32)) : WebhookSecret(shared: random(32))
    }

    /// Asks for an act, and waits for what becomes of it.
    ///
    /// - Parameter id: of the act; one that was asked for before has the outcome that it had.
    package func settle(
        _ act: Act, on item: ItemID, by actor: Actor, expects: Int64? = nil, remark: String = "", id: ActID? = nil,
        amount: MinorUnits? = nil
    ) async throws(ActBook.Trouble) -> DeskLedger.Outcome {
        try await book.settle(
            DeskRecord(
                id: id ?? newAct(), item: item, actor: actor, writtenAt: clock.microseconds, expects: expects, act: act,
                remark: remark, amount: amount))
    }

    /// Takes the best alert of a filter that nobody works on, for its actor alone.
    ///
    /// - Returns: nil where there is none.
    package func claimNext(_ filter: QueueFilter, by actor: Actor, lease: Int64 = lease) async throws -> QueueRow? {
        var filter = filter
        // What is free has no verdict, whatever list its reader comes from.
        (filter.shown, filter.whose, filter.finding) = (.open, .free, nil)
        var lost: Set<ItemID> = []
        while let row = try candidate(filter, except: lost, for: actor) {
            defer { _ = reserved.withLock { $0.remove(row.facts.item) } }
            let outcome = try await settle(
                .claim(lease: lease), on: row.facts.item, by: actor, expects: row.work.version)
            if case .done = outcome { return try index.alert(row.facts.item) }
            // Another desk was first.
            lost.insert(row.facts.item)
        }
        return nil
    }

    /// The best free alert, reserved; of those that wait for a second person, those that wait for another one.
    private func candidate(_ filter: QueueFilter, except lost: Set<ItemID>, for actor: Actor) throws -> QueueRow? {
        var place: String?
        repeat {
            let page = try index.page(filter, me: nil, now: try now(), behind: place, limit: Self.step)
            for row in page.rows where !lost.contains(row.facts.item) && row.work.proposal?.by != actor {
                guard reserved.withLock({ $0.insert(row.facts.item).inserted }) else { continue }
                // It may have been claimed, and let go of here, since the page was read.
                if try index.work(on: row.facts.item).version == row.work.version { return row }
                _ = reserved.withLock { $0.remove(row.facts.item) }
            }
            place = page.next
        } while place != nil
        return nil
    }
}
