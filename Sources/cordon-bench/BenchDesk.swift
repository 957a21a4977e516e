import Desk
import DeskFront
import DeskStore
import Dispatch
import EventLogs
import Formats
import Glibc
import HTTPFront
import Keys
import LocalStore
import NIOHTTP1
import Records
import Roles
import Secrets
import Stages
import Synchronization
import Telemetry
import Terminal

/// A desk over an index that was filled before: its routes are called without a socket, its acts go through a log of their own.
struct BenchDesk: Sendable {
    static let member = MemberID("bank-a")!

    private let routes: [Route]
    private let sessions: DeskSessions
    private let index: DeskIndex
    private let book = ActBook()
    private let log: any EventLog

    init(index: DeskIndex, dir: String) throws {
        self.index = index
        log = try Self.log(dir)
        sessions = try DeskSessions(users: DeskUsers(), clock: SystemClock(), random: randomBytes)
        let access = try AccessLog(
            of: Self.member, keys: FileKeystore(directory: dir + "/keys"),
            parts: AuditFiles(path: dir + "/looks.audit"),
            clock: SystemClock())
        let service = DeskService(index: index, book: book, clock: SystemClock(), random: randomBytes)
        routes =
            DeskRoutes(
                member: Self.member, service: service, sessions: sessions, keys: DeskKeyStore(clock: SystemClock()),
                access: access, bell: FeedBell(), log: log, isSecure: false,
                failed: { say("a page could not be answered: \($0)") }, pause: { try await Task.sleep(for: $0) }
            ).all
    }

    /// A log with the member's topics, in a folder of `dir`.
    static func log(_ dir: String) throws -> SQLiteEventLog {
        let log = try SQLiteEventLog(directory: dir + "/log", clock: SystemClock(), durability: .process)
        try log.create(
            [Topics.transactions(member), Topics.decisions(member), Topics.alerts(member), Topics.cases(member)].map {
                TopicSettings(name: $0)
            })
        return log
    }

    /// Runs something beside the stages that take acts to the log and back.
    func run(_ body: @escaping @Sendable (BenchDesk) async throws -> Void) throws {
        let stop = StopFlag()
        var stages = StageThreads()
        let (index, book, log) = (index, book, log)
        stages.add(
            StagePlan("desk-write", retried: { _ in }) { ActWriter(member: Self.member, book: book, log: log) },
            clock: SystemClock(), stop: stop)
        stages.add(
            StagePlan("desk-read", retried: { _ in }) {
                try DeskProjection(
                    index: index, intake: DeskIntake(member: Self.member, mapping: .canonical), log: log,
                    clock: SystemClock(), metrics: Metrics(), told: { book.told($0) })
            }, clock: SystemClock(), stop: stop)
        let running = stages.start(stop: stop)
        let (done, failure) = (DispatchSemaphore(value: 0), Failed())
        Task {
            do { try await body(self) } catch { failure.error.withLock { $0 = error } }
            done.signal()
        }
        done.wait()
        stop.stop()
        try running.wait()
        if let error = failure.error.withLock({ $0 }) { throw error }
    }

    private final class Failed: Sendable {
        let error = Mutex<(any Error)?>(nil)
    }

    /// Somebody who is signed in.
    struct Visitor: Sendable {
        fileprivate var cookie: String
        fileprivate var token: String
    }

    func enter(_ name: String) throws -> Visitor {
        let user = DeskUser(actor: Actor(.person, name)!, role: .analyst, password: nil)
        guard let cookie = sessions.signIn(link: sessions.link(for: user)), let session = sessions.session(cookie)
        else {
            throw Failure("nobody can sign in")
        }
        return Visitor(cookie: cookie, token: session.formToken)
    }

    /// What an answer took, in milliseconds.
    struct Cost: Sendable {
        var time: Double
        /// Of the processors, by all of this process: on a busy machine the better measure.
        var processor: Double
    }

    func call(
        _ method: HTTPMethod, _ target: String, as visitor: Visitor
    ) async throws -> (reply: Reply, cost: Cost) {
        let path = target.prefix { $0 != "?" }.split(separator: "/")
        let found = routes.first { route in
            let own = route.path.split(separator: "/")
            return route.method == method && own.count == path.count
                && zip(own, path).allSatisfy { $0 == "{}" || $0 == $1 }
        }
        guard let route = found else { throw Failure("there is no \(target)") }
        let body = method == .POST ? FormText.query([("token", visitor.token)]) : ""
        let (began, before) = (ContinuousClock.now, processorTime())
        let reply = try await route.handle(
            .init(
                headers: ["Cookie": "cordon=\(visitor.cookie)"], body: Array(body.utf8), type: nil, client: "",
                target: target,
                place: path.count > 1 ? String(path[1]) : "", arrived: began))
        let cost = Cost(time: (ContinuousClock.now - began) / .milliseconds(1), processor: processorTime() - before)
        guard reply.status.code < 400 else { throw Failure("\(target) is answered by \(reply.status.code)") }
        return (reply, cost)
    }
}

/// Milliseconds of the processors that this process has had.
private func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1000 + Double(time.tv_nsec) / 1_000_000
}
