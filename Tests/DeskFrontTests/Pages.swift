import Audit
import Desk
import DeskFront
import DeskStore
import EventLogs
import Formats
import HTTPFront
import Keys
import NIOHTTP1
import Records
import Secrets
import Stages
import Support
import Synchronization
import Telemetry
import Testing

/// A desk's routes, called without a socket, on stages that turn on threads of their own.
final class Pages: Sendable {
    let world: DeskLog
    let routes: [Route]
    let declared: [String]
    let sessions: DeskSessions
    let keys: DeskKeyStore
    let trials: RuleTrials?
    let looks: any AuditStorage
    let access: AccessLog
    /// What heads of the log of looks are signed by.
    let looksKey: VerifyingKey
    let index: DeskIndex
    let stop = StopFlag()
    /// Why pages could not be answered.
    let failures = Failures()
    private let cookieName: String
    private let running: StageThreads.Running

    init(
        alerts: Int = 5, users: DeskUsers = DeskUsers(), isSecure: Bool = false,
        looks: any AuditStorage = AuditBytes(), provider: ((DeskLog) -> OIDCFlow)? = nil,
        triesReasons: Bool = false, labelTerms: LabelTerms? = nil, keyRate: Int = 0,
        webhooks: WebhookStore? = nil, tester: (any RuleTester)? = nil,
        mapping: Mapping = .canonical,
        prepare: (DeskLog) throws -> Void = { _ in },
        pause: @escaping @Sendable (Duration) async throws -> Void = { _ in }
    ) throws {
        world = try DeskLog()
        try world.alert(0..<alerts)
        try prepare(world)
        let book = ActBook()
        let bell = FeedBell()
        index = try DeskIndex(path: world.folder.path("index"), member: DeskSamples.member)
        let projection = try DeskProjection(
            index: index, intake: DeskIntake(member: DeskSamples.member, mapping: mapping), log: world.log,
            clock: world.clock, metrics: Metrics(), told: { book.told($0) })
        try projection.catchUp()
        keys = DeskKeyStore(perSecond: keyRate, clock: world.clock)
        sessions = try DeskSessions(users: users, clock: world.clock, random: randomBytes)
        let secret = randomBytes(32)
        looksKey = SigningKey(bytes: secret)!.verifyingKey
        self.looks = looks
        access = try AccessLog(
            member: DeskSamples.member, names: SecretKey(bytes: [UInt8](repeating: 5, count: 32)),
            parts: AuditPartBytes(first: looks), clock: world.clock
        ) { SigningKey(bytes: secret)! }
        trials = tester.map { [clock = world.clock, failures] tester in
            RuleTrials(tester, clock: clock, failed: { failures.take($0) })
        }
        let desk =
            DeskRoutes(
                member: DeskSamples.member,
                service: DeskService(
                    index: index, book: book, clock: world.clock, triesReasons: triesReasons, labelTerms: labelTerms,
                    random: randomBytes, webhooks: webhooks, trials: trials),
                sessions: sessions, keys: keys, provider: provider?(world), access: access,
                bell: bell, log: world.log, isSecure: isSecure,
                failed: { [failures] error in failures.take(error) }, pause: pause
            )
        (routes, declared) = (desk.all, desk.declared.map(\.declaration))
        cookieName = isSecure ? "__Host-cordon" : "cordon"
        var threads = StageThreads()
        let (index, log, clock, stop) = (index, world.log, world.clock, stop)
        threads.add("writer") {
            try ActWriter(member: DeskSamples.member, book: book, log: log, patience: 0.05).run(
                by: clock, until: { stop.isSet })
        }
        threads.add("projection") {
            try DeskProjection(
                index: index, intake: DeskIntake(member: DeskSamples.member, mapping: mapping), log: log,
                clock: clock,
                metrics: Metrics(),
                told: {
                    book.told($0)
                    bell.ring()
                }
            ).run(by: clock, until: { stop.isSet })
        }
        threads.add("duty") {
            try DutyStage(
                index: index, member: DeskSamples.member, book: book, log: log, clock: clock, patience: 0.05
            ).run(by: clock, until: { stop.isSet })
        }
        running = threads.start(stop: stop)
    }

    deinit {
        stop.stop()
        try? running.wait()
    }

    final class Failures: Sendable {
        private let said = Mutex<[String]>([])

        var all: [String] { said.withLock { $0 } }
        func take(_ error: any Error) { said.withLock { $0.append("\(error)") } }
    }

    struct Visitor {
        var cookie: String
        var token: String
        var actor: Actor
    }

    func enter(_ name: String, _ role: DeskRole, scope: TeamScope = .everything) throws -> Visitor {
        let actor = Actor(.person, name)!
        let cookie = try #require(
            sessions.signIn(link: sessions.link(for: DeskUser(actor: actor, role: role, password: nil, scope: scope))))
        return Visitor(cookie: cookie, token: try #require(sessions.session(cookie)).formToken, actor: actor)
    }

    func call(
        _ method: HTTPMethod, _ target: String, as visitor: Visitor?, form: [String: String] = [:],
        headers: [String: String] = [:]
    ) async throws -> Reply {
        let path = String(target.prefix { $0 != "?" })
        let (route, place) = try #require(
            routes.lazy.compactMap { route -> (Route, String)? in
                guard route.method == method else { return nil }
                let own = route.path.split(separator: "/", omittingEmptySubsequences: false)
                let asked = path.split(separator: "/", omittingEmptySubsequences: false)
                guard own.count == asked.count, zip(own, asked).allSatisfy({ $0 == $1 || $0 == "{}" }) else {
                    return nil
                }
                return (route, zip(own, asked).first { $0.0 == "{}" }.map { String($0.1) } ?? "")
            }.first)
        var all = HTTPHeaders(headers.map { ($0.key, $0.value) })
        if let visitor { all.add(name: "Cookie", value: "other=1; \(cookieName)=\(visitor.cookie)") }
        let body = FormText.query(form.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) })
        return try await route.handle(
            .init(
                headers: all, body: Array(body.utf8), type: nil, client: "", target: target, place: place, arrived: .now
            ))
    }
}

extension Pages {
    /// Returns once a job is over: each note is an act behind what the job's stage has done.
    func jobIsOver(_ act: ActID, as visitor: Visitor) async throws {
        let id = try #require(ItemID(act.hex))
        while try index.job(id)?.job.isOver != true {
            _ = try await call(
                .POST, "/alerts/\(DeskSamples.item(0))/note", as: visitor, form: ["token": visitor.token, "text": "x"])
        }
    }
}

extension Reply {
    var text: String { String(decoding: body, as: UTF8.self) }
    var location: String? { headers["Location"].first }
}
