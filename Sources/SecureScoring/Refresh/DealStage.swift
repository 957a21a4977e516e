package import Audit
import Counters
package import Logging
import Records
package import Stages
package import Telemetry
package import ThreeParty

/// The stage of a party that deals to another party's new host, as often as that asks; or, at a new host, asks the two others
/// first. A party is dealt what it had anyway, so who asks needs no word but its link's certificate.
package final class DealStage: Stage {
    /// What a new host does with what it is dealt.
    package struct Taking: Sendable {
        /// Of the consortium.
        package let members: Int
        /// Draws what tells one try from another.
        package let nonce: @Sendable () -> [UInt8]
        /// Writes all of it, and notes that it is there; called again after an error.
        package let write: @Sendable (HostDeal.Content) throws -> Void

        package init(
            members: Int, nonce: @escaping @Sendable () -> [UInt8],
            write: @escaping @Sendable (HostDeal.Content) throws -> Void
        ) {
            self.members = members
            self.nonce = nonce
            self.write = write
        }
    }

    private let transport: any Transport
    private let dealings: Dealings
    private let partitions: Int
    private let store: ShareStore
    private let keys: @Sendable () throws -> PairKeys
    private let clock: any StageClock
    private let metrics: Metrics
    private let logger: Logger
    private let audit: any AuditWriter
    private var taking: (terms: Taking, run: HostTakeOver?)?
    /// When the new host asks again, or begins anew.
    private var asking = Throttle(.seconds(1))
    private var pause: Moment?
    private var answers: (deal: Digest32, receiver: PartyID, sources: [DealSource])?
    private var wanted: (deal: Digest32, receiver: PartyID)?
    /// When a host asked last that was dealt to.
    private var asked: Moment?

    /// - Parameters:
    ///   - partitions: of `consortium.sealed`.
    ///   - keys: the pairwise keys for refreshes, of the newest epoch in force.
    ///   - taking: at a new host that has not taken over yet.
    package init(
        transport: any Transport, dealings: Dealings, partitions: Int, store: ShareStore,
        keys: @escaping @Sendable () throws -> PairKeys, taking: Taking? = nil, clock: any StageClock,
        metrics: Metrics, logger: Logger, audit: any AuditWriter = NoAudit()
    ) {
        self.transport = transport
        self.dealings = dealings
        self.partitions = partitions
        self.store = store
        self.keys = keys
        self.taking = taking.map { ($0, nil) }
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
        self.audit = audit
        if taking != nil {
            metrics.set(.takeOver, to: 0)
            logger.notice("this party takes over from its old host: the two other parties are asked")
        }
    }

    package func turn(until moment: Moment) throws -> Turn {
        try complete()
        ask()
        try gather()
        let frame: Frame?
        do {
            frame = try transport.receive(
                stream: .deal, timeout: clock.left(until: min(moment, clock.now + .milliseconds(200))))
        } catch { return .worked }
        guard let frame else { return .idle }
        if taking != nil { take(frame) } else { answer(frame) }
        try complete()
        return .worked
    }

    // MARK: Dealer

    private func answer(_ frame: Frame) {
        guard frame.kind == .dealAsk else { return }
        asked = clock.now
        if let answers, answers.deal == frame.digest, answers.receiver == frame.sender {
            if let answer = answers.sources.lazy.compactMap({ $0.answer(frame) }).first {
                transport.send(answer, to: frame.sender)
            }
        } else if wanted?.deal != frame.digest {
            wanted = (frame.digest, frame.sender)
            answers = nil
            dealings.want(frame.digest)
        }
    }

    /// Goes on with a deal that partitions are asked for.
    private func gather() throws {
        // It is large, and gathered again where it is asked for.
        if let asked, clock.now > asked + Self.patience * 2 { (answers, self.asked) = (nil, nil) }
        guard let (deal, receiver) = wanted, let parts = dealings.parts(of: deal, partitions: partitions) else {
            return
        }
        wanted = nil
        dealings.close()
        let models = try store.models().flatMap { digest, generations in
            try generations.compactMap { generation in
                try store.share(of: digest, in: generation).map {
                    HostDeal.Model(digest: digest, generation: generation, share: $0)
                }
            }
        }
        let content = HostDeal.Content(
            counts: parts.compactMap(\.counts), models: models, places: parts.map(\.place),
            keys: try store.generations().compactMap { try store.key(of: $0) })
        do {
            answers = (
                deal, receiver,
                try HostDeal.sources(of: content, from: transport.party, to: receiver, deal: deal, keys: keys())
            )
        } catch let error as DealError {
            // The host asks for another deal later.
            return logger.warning("nothing is dealt yet", metadata: ["to": "\(receiver)", "reason": "\(error)"])
        }
        logger.notice(
            "counts and models are dealt to another party's new host",
            metadata: ["to": "\(receiver)", "partitions": "\(partitions)", "models": "\(models.count)"])
    }

    // MARK: New host

    /// How long a deal may take that brings nothing new, before another one is asked for.
    private static let patience = Duration.seconds(60)

    private func ask() {
        guard let (terms, run) = taking else { return }
        if let run, let pause, clock.now < pause {
            guard asking.isDue(at: clock.now) else { return }
            for (frame, dealer) in run.asks { transport.send(frame, to: dealer) }
        } else if pause.map({ clock.now >= $0 }) ?? true {
            begin(terms)
        }
    }

    private func begin(_ terms: Taking) {
        taking = (
            terms,
            HostTakeOver(
                party: transport.party, deal: Digest32(of: [Array("cordon/deal/v1".utf8), terms.nonce()]),
                members: terms.members)
        )
        asking = Throttle(.seconds(1))
        pause = clock.now + Self.patience
    }

    private func take(_ frame: Frame) {
        guard frame.kind == .dealPiece, let (terms, run) = taking, var run else { return }
        do throws(TakeOverError) { try run.receive(frame) } catch {
            logger.error("what is dealt can't be taken: it is asked for again", metadata: ["reason": "\(error)"])
            audit.write(AuditEvent(.refused, [.object: "take-over", .reason: "\(error)"]))
            taking = (terms, nil)
            pause = clock.now + .seconds(5)
            return
        }
        let asked = Set((taking?.run?.asks ?? []).map(Self.name))
        taking = (terms, run)
        if let (taken, of) = run.progress { metrics.set(.takeOver, to: of == 0 ? 1 : Double(taken) / Double(of)) }
        pause = clock.now + Self.patience
        // The next pieces, of whom they were just asked for.
        for ask in run.asks where !asked.contains(Self.name(ask)) { transport.send(ask.frame, to: ask.dealer) }
    }

    /// Writes what was taken, once all of it is there: after an error again.
    private func complete() throws {
        guard let (terms, run) = taking, let taken = run?.taken else { return }
        try terms.write(taken)
        taking = nil
        metrics.set(.takeOver, to: 1)
        logger.notice(
            "the take-over is done",
            metadata: ["partitions": "\(taken.places.count)", "models": "\(taken.models.count)"])
    }

    /// Which piece of which object of which dealer is asked for.
    private static func name(_ ask: (frame: Frame, dealer: PartyID)) -> [UInt8] {
        [UInt8(ask.dealer.rawValue)] + ask.frame.batch.bigEndianBytes + ask.frame.payload
    }
}
