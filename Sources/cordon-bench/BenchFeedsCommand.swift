import ArgumentParser
import Desk
import DeskFront
import DeskStore
import EventLogs
import Formats
import Foundation
import HTTPFront
import Keys
import LocalStore
import Logging
import NIOHTTP1
import Policy
import Records
import Roles
import Secrets
import Stages
import Synchronization
import Telemetry
import Terminal
import Webhooks
import Worlds

/// A desk's feeds under load: whoever listens gets every alert once, and nobody is slowed by those that are dead, slow or flapping.
struct BenchFeedsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "feeds",
        abstract:
            "Measure a desk's feeds: Server-Sent Events and webhooks, with a dead, a slow and a flapping receiver.",
        discussion: """
            One desk with its log, the clients and the receivers are in this one process. Alerts are appended at a steady rate; times are \
            from an alert's append to its arrival. The first run has only receivers that are well, the second one all kinds.
            """)

    @Option(help: "Alerts a second.")
    var rate = 500

    @Option(help: "Seconds of each run.")
    var seconds = 20

    @Option(help: "Clients that listen by Server-Sent Events.")
    var clients = 50

    @Option(help: "Webhooks; of the second run's three are dead, slow and flapping.")
    var webhooks = 10

    @Option(help: ArgumentHelp("Where the log and the desk are made; emptied before, and removed.", valueName: "dir"))
    var dir = "bench-feeds"

    func validate() throws {
        guard rate > 0, seconds > 0, clients > 0, webhooks > 3 else {
            throw ValidationError("all numbers are above 0, and '--webhooks' above 3")
        }
    }

    func run() throws {
        say("\(rate) alerts/s for \(seconds) s, \(clients) clients, \(webhooks) webhooks")
        say("")
        say(
            column("", 26, left: true)
                + ["alerts", "lost", "twice", "p50 ms", "p99 ms", "most ms"].map { column($0, 10) }.joined())
        for (name, isDisturbed) in [("calm", false), ("disturbed", true)] {
            try? FileManager.default.removeItem(atPath: dir)
            try FeedsRun(
                dir: dir, alerts: rate * seconds, rate: rate, clients: clients, webhooks: webhooks,
                isDisturbed: isDisturbed
            ).run(name)
        }
        try? FileManager.default.removeItem(atPath: dir)
    }
}

/// What one listener got.
private final class Ears: Sendable {
    private struct State {
        var seen: [Int: Int] = [:]
        var times: [Double] = []
    }

    private let state = Mutex(State())

    /// - Parameter text: of one event, with its `decidedAt`, which is when it was appended, and its id.
    func hear(_ text: String) {
        guard let number = Self.number(behind: "\"id\":\"alerts.0.", in: text),
            let at = Self.number(behind: "\"decidedAt\":", in: text)
        else { return }
        let late = Double(Int(SystemClock().microseconds) - at) / 1000
        state.withLock { state in
            state.seen[number, default: 0] += 1
            state.times.append(late)
        }
    }

    private static func number(behind mark: String, in text: String) -> Int? {
        text.firstRange(of: mark).flatMap { Int(text[$0.upperBound...].prefix { $0.isNumber }) }
    }

    var count: Int { state.withLock { $0.seen.count } }
    var twice: Int { state.withLock { $0.seen.values.count { $0 > 1 } } }
    var times: [Double] { state.withLock { $0.times } }
}

private struct FeedsRun {
    let dir: String
    let alerts: Int
    let rate: Int
    let clients: Int
    let webhooks: Int
    let isDisturbed: Bool
    private let member = BenchDesk.member

    private static let troubles = ["dead", "slow", "flapping"]

    func run(_ name: String) throws {
        let log = try BenchDesk.log(dir)
        let stop = StopFlag()
        var stages = StageThreads()
        let names = (0..<webhooks).map { isDisturbed && $0 < 3 ? Self.troubles[$0] : "well-\($0)" }
        let ears = Dictionary(uniqueKeysWithValues: names.map { ($0, Ears()) })
        let receivers = try receivers(ears, until: stop, &stages)
        let (desk, port) = try desk(log, until: stop, &stages)
        let running = stages.start(stop: stop)
        let store = try WebhookStore(path: dir + "/webhooks.sqlite")
        let receiver = wait(for: receivers)
        for name in names {
            let port = name == "dead" ? 1 : receiver
            try store.add(
                name, to: WebhookAddress("http://127.0.0.1:\(port)/\(name)"), filter: QueueFilter(), kinds: .alerts,
                secret: WebhookSecret(shared: randomBytes(32)))
        }
        let web = wait(for: port)
        let cookie = try BenchFeedClient.signIn(port: web, link: desk.link(for: user))
        let listening = (0..<clients).map { _ in Ears() }
        let sockets = try listening.map { ears in
            try BenchFeedClient(port: web, cookie: cookie) { ears.hear($0) }
        }
        // The sender looks at its endpoints anew within half a second; only then they are sent what comes.
        while try store.endpoints().contains(where: { $0.cursor == nil }) { Thread.sleep(forTimeInterval: 0.05) }
        try append(to: log)
        let well = names.filter { !Self.troubles.contains($0) }.map { ears[$0]! }
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline, (listening + well).contains(where: { $0.count < alerts }) {
            Thread.sleep(forTimeInterval: 0.1)
        }
        show(name + ": clients", listening)
        show(name + ": webhooks, well", well)
        for trouble in Self.troubles {
            if let ears = ears[trouble], trouble != "dead" { show(name + ": " + trouble, [ears]) }
        }
        for socket in sockets { socket.end() }
        stop.stop()
        try running.wait()
    }

    private var user: DeskUser { DeskUser(actor: Actor(.person, "bench")!, role: .analyst, password: nil) }

    private func show(_ name: String, _ ears: [Ears]) {
        let times = ears.flatMap(\.times).sorted()
        let lost = ears.map { alerts - $0.count }.reduce(0, +)
        let isWaiting = name.hasSuffix("slow") || name.hasSuffix("flapping")
        say(
            column(name, 26, left: true)
                + [
                    "\(ears.map(\.count).reduce(0, +))", isWaiting ? "-" : "\(lost)",
                    "\(ears.map(\.twice).reduce(0, +))",
                ].map { column($0, 10) }.joined()
                + [percentile(times, 0.5), percentile(times, 0.99), times.last].map { column(decimals($0, 1), 10) }
                .joined())
    }

    private func wait(for port: Mutexed<Int>) -> Int {
        while port.value == 0 { Thread.sleep(forTimeInterval: 0.01) }
        return port.value
    }

    private func desk(
        _ log: any EventLog, until stop: StopFlag, _ stages: inout StageThreads
    ) throws -> (DeskServer, Mutexed<Int>) {
        var settings = DeskServer.Settings(
            member: member, mapping: .canonical, server: .init(host: "127.0.0.1", port: 0), index: dir + "/desk.sqlite",
            usersFile: nil, keysFile: nil, sessions: dir + "/sessions.sqlite", isSecure: false)
        settings.webhooks = dir + "/webhooks.sqlite"
        var networks = NetworkSet()
        guard networks.insert("127.0.0.0/8") else { throw Failure("the network is none") }
        settings.networks = ReachableNetworks(named: networks)
        var logger = Logger(label: "bench")
        logger.logLevel = .critical
        let access = try AccessLog(
            of: member, keys: FileKeystore(directory: dir + "/keys"), parts: AuditFiles(path: dir + "/looks.audit"),
            clock: SystemClock())
        let desk = try DeskServer(settings, log: log, access: access, metrics: Metrics(), logger: logger)
        let port = Mutexed(0)
        desk.add(to: &stages, until: stop) { port.value = $0 }
        return (desk, port)
    }

    /// One server for all receivers: each has a path.
    private func receivers(
        _ ears: [String: Ears], until stop: StopFlag, _ stages: inout StageThreads
    ) throws -> Mutexed<Int> {
        let began = ContinuousClock.now
        let routes = ears.map { name, ears in
            Route(
                path: "/\(name)", method: .POST, guarded: false, bodyLimit: 65_536, takes: ["application/json"],
                answersJSON: false
            ) { call in
                if name == "slow" { try? await Task.sleep(for: .seconds(1)) }
                if name == "flapping", Int((ContinuousClock.now - began) / .seconds(2)) % 2 == 0 {
                    return Reply(status: .serviceUnavailable)
                }
                ears.hear(String(decoding: call.body, as: UTF8.self))
                return Reply(status: .noContent)
            }
        }
        let server = try APIServer(
            .init(host: "127.0.0.1", port: 0), routes: routes, rate: RateGate(RequestRateLimit(perSecond: 0)),
            tokens: BearerTokenStore(BearerTokens([])), metrics: Metrics())
        let port = Mutexed(0)
        stages.add("receivers") {
            let done = DispatchSemaphore(value: 0)
            Task {
                try? await server.run(until: { stop.isSet }, listening: { port.value = $0 })
                done.signal()
            }
            done.wait()
        }
        return port
    }

    private func append(to log: any EventLog) throws {
        let progress = Progress("appending")
        let began = ContinuousClock.now
        var number = 0
        while number < alerts {
            let due = min(alerts, Int((ContinuousClock.now - began) / .seconds(1) * Double(rate)) + 1)
            if due > number {
                try log.append(
                    (number..<due).flatMap { BenchAlert(number: $0, at: SystemClock().microseconds).records })
                number = due
                progress.show("\(number) of \(alerts) alerts")
            }
            Thread.sleep(forTimeInterval: 0.005)
        }
        progress.done("\(alerts) alerts")
    }
}

/// A value that threads share.
private final class Mutexed<Value: Sendable>: Sendable {
    private let held: Mutex<Value>

    init(_ value: Value) { held = Mutex(value) }

    var value: Value {
        get { held.withLock { $0 } }
        set { held.withLock { $0 = newValue } }
    }
}
