package import Audit
import EventLogs
package import Logging
package import Records
package import Stages
import Synchronization
package import Telemetry
package import ThreeParty

/// A word that a party is to make a generation of shares with the two others, under the pairwise keys of an epoch.
package struct RefreshOrder: Sendable {
    package let generation: ShareGeneration
    /// The digest of what orders it (`RefreshSession.base`).
    package let base: Digest32
    /// The newest generation that three parties were ready for: what is kept of others is of attempts that came to nothing.
    package let last: ShareGeneration
    /// The newest generation that three parties have a model in, which the next is made of.
    package let version: @Sendable (Digest32) -> ShareGeneration
    /// Makes the pairwise keys, for refreshes of this epoch alone.
    package let keys: @Sendable () throws -> PairKeys

    package init(
        generation: ShareGeneration, base: Digest32, after last: ShareGeneration,
        version: @escaping @Sendable (Digest32) -> ShareGeneration,
        keys: @escaping @Sendable () throws -> PairKeys
    ) {
        self.generation = generation
        self.base = base
        self.last = last
        self.version = version
        self.keys = keys
    }
}

/// The newest order to refresh and what came of it, between whoever reads the orders and the stage that carries them out.
package final class Refreshes: Sendable {
    private struct Standing {
        var order: RefreshOrder?
        var made: Made?
    }

    /// A generation that this party has, on its disk.
    package struct Made: Sendable, Hashable {
        package let generation: ShareGeneration
        package let base: Digest32
        package let mark: Digest32
        /// The models that it has shares of in it, ascending.
        package let models: [Digest32]
    }

    private let standing = Mutex(Standing())

    package init() {}

    /// Has a generation made in the place of the one ordered before.
    package func order(_ order: RefreshOrder) {
        standing.withLock { standing in
            if standing.made?.base != order.base { standing.made = nil }
            standing.order = order
        }
    }

    /// Withdraws the order: its pairwise keys are to go.
    package func close() { standing.withLock { $0 = Standing() } }

    /// The generation that was ordered last, once this party has it.
    package var made: Made? { standing.withLock { $0.made } }

    var current: RefreshOrder? { standing.withLock { $0.order } }

    func note(_ made: Made) {
        standing.withLock { standing in
            if standing.order?.base == made.base { standing.made = made }
        }
    }
}

/// The stage of a party that makes generations of shares with the two others, in the background: asks them for the part of the key
/// that it lacks, keeps the key, and makes its shares of models. It answers others for as long as the order stands.
///
/// It may be killed anywhere: the key is a function of order and pairwise keys, and what is kept is not made again.
package final class RefreshStage: Stage {
    private let transport: any Transport
    private let refreshes: Refreshes
    private let store: ShareStore
    private let clock: any StageClock
    private let metrics: Metrics
    private let logger: Logger
    private let audit: any AuditWriter
    private var session: Session?
    private var asking = Throttle(.seconds(1))
    /// What was said of the order, so that it is said once.
    private var told: Set<RefreshError> = []

    /// A session can't be copied, and an optional of this class's own can't hold one.
    private final class Session {
        var state: RefreshSession
        init(_ state: consuming RefreshSession) { self.state = state }
    }

    package init(
        transport: any Transport, refreshes: Refreshes, store: ShareStore, clock: any StageClock, metrics: Metrics,
        logger: Logger, audit: any AuditWriter = NoAudit()
    ) {
        self.transport = transport
        self.refreshes = refreshes
        self.store = store
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
        self.audit = audit
    }

    package func turn(until moment: Moment) throws -> Turn {
        guard let order = refreshes.current else {
            session = nil
            return .rest(.milliseconds(200))
        }
        let session = try session(order)
        if refreshes.made?.base != order.base { try make(order, session) }
        return try answer(session, until: min(moment, clock.now + .milliseconds(200))) ? .worked : .idle
    }

    private func session(_ order: RefreshOrder) throws -> Session {
        if let session, session.state.base == order.base { return session }
        let session = Session(
            RefreshSession(
                party: transport.party, generation: order.generation, base: order.base, keys: try order.keys()))
        self.session = session
        (asking, told) = (Throttle(.seconds(1)), [])
        return session
    }

    /// Takes one frame; false where none comes in time.
    private func answer(_ session: Session, until moment: Moment) throws -> Bool {
        let frame: Frame?
        do { frame = try transport.receive(stream: .refresh, timeout: clock.left(until: moment)) } catch { return true }
        guard let frame else { return false }
        do throws(RefreshError) {
            if let answer = try session.state.receive(frame) { transport.send(answer, to: frame.sender) }
        } catch { tell(error) }
        return true
    }

    /// Goes on with a generation that this party does not have.
    private func make(_ order: RefreshOrder, _ session: Session) throws {
        if let key = try store.key(of: order.generation), key.base == order.base { return try finish(key, order) }
        do throws(RefreshError) {
            guard let key = try session.state.key() else {
                if asking.isDue(at: clock.now) {
                    for peer in session.state.missing { transport.send(session.state.ask(), to: peer) }
                }
                return
            }
            do {
                try store.keep(key, after: order.last)
                try finish(key, order)
            } catch { return logger.error("a generation of shares can't be kept", metadata: ["reason": "\(error)"]) }
        } catch {
            tell(error)
            self.session = nil
        }
    }

    private func finish(_ key: RefreshKey, _ order: RefreshOrder) throws(LogError) {
        let models = try store.refreshModels(by: key, of: transport.party, from: order.version)
        refreshes.note(.init(generation: key.generation, base: key.base, mark: key.mark, models: models))
        metrics.set(.shareGenerationMade, to: Double(key.generation.number))
        logger.notice(
            "a generation of shares is made",
            metadata: ["generation": "\(key.generation)", "models": "\(models.count)"])
    }

    private func tell(_ error: RefreshError) {
        guard told.insert(error).inserted else { return }
        logger.error("a generation of shares can't be made", metadata: ["reason": "\(error)"])
        audit.write(AuditEvent(.refused, [.object: "refresh", .reason: "\(error)"]))
    }
}
