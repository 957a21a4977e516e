package import Audit
package import Desk
package import DeskFront
package import DeskStore
import Dispatch
package import EventLogs
package import Formats
import Foundation
package import HTTPFront
package import Keys
package import Logging
package import Records
import Secrets
package import Stages
import Synchronization
package import Telemetry
package import Webhooks

/// A risk team's desk, put together: its stages, and the server of its pages.
package final class DeskServer: Sendable {
    private let settings: Settings
    private let log: any EventLog
    private let book = ActBook()
    private let bell = FeedBell()
    private let index: DeskIndex
    private let sessions: DeskSessions
    private let keys: DeskKeyStore
    private let access: AccessLog
    private let server: APIServer
    private let service: DeskService
    private let webhooks: (store: WebhookStore, client: PostClient)?
    private let mail = WebhookMail()
    private let metrics: Metrics
    private let clock: any StageClock
    private let logger: Logger
    /// Whether the index has all that was in the log at the start.
    private let isCaughtUp = Atomic(false)

    package struct Settings: Sendable {
        package var member: MemberID
        /// Of the member's records, as its agent has it.
        package var mapping: Mapping
        package var server: APIServer.Settings
        /// The index's file.
        package var index: String
        /// Who may sign in; read again when it changes. Nil for a desk that is entered by links alone.
        package var usersFile: String?
        /// The file of programs' keys; read again when it changes.
        package var keysFile: String?
        /// The file of sessions, which outlive a restart by it.
        package var sessions: String
        /// Whether browsers come by TLS, ours or that of something in front of us.
        package var isSecure: Bool
        /// The file of endpoints that the feed is sent to; nil for a desk that sends none.
        package var webhooks: String?
        /// Networks of the operator's own that endpoints may be in.
        package var networks = ReachableNetworks()
        /// Certificates that endpoints' servers are trusted by, in place of the system's.
        package var webhookRoots: String?
        /// When labels leave the member, by its feature spec; nil where the desk does not tell.
        package var labelTerms: LabelTerms?
        /// Whether reasons are shown for half of the alerts alone.
        package var triesReasons = false
        /// What tries rules on the past, over the desk's index; nil for a desk that does not know the policy.
        package var tester: (@Sendable (DeskIndex) -> any RuleTester)?
        /// Calls a second that each program's key may make; 0 for as many as it likes.
        package var keyRate = 20

        package init(
            member: MemberID, mapping: Mapping, server: APIServer.Settings, index: String, usersFile: String?,
            keysFile: String?, sessions: String, isSecure: Bool
        ) {
            self.member = member
            self.mapping = mapping
            self.server = server
            self.index = index
            self.usersFile = usersFile
            self.keysFile = keysFile
            self.sessions = sessions
            self.isSecure = isSecure
        }
    }

    package init(
        _ settings: Settings, log: any EventLog, access: AccessLog, provider: OIDCFlow? = nil,
        clock: any StageClock = SystemClock(),
        metrics: Metrics, logger: Logger
    ) throws {
        if let tls = settings.server.tls { try PrivateFile.check(tls.key) }
        self.settings = settings
        self.log = log
        self.access = access
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
        let index = try DeskIndex(path: settings.index, member: settings.member)
        self.index = index
        keys = DeskKeyStore(
            try settings.keysFile.map { try readDeskKeys(file: $0) } ?? DeskKeys(), perSecond: settings.keyRate,
            clock: clock)
        sessions = try DeskSessions(
            users: try settings.usersFile.map { try readDeskUsers(file: $0) } ?? DeskUsers(), clock: clock,
            file: SessionFile(path: settings.sessions), random: randomBytes)
        webhooks = try settings.webhooks.map { file in
            var client = PostClient.Settings()
            client.roots = settings.webhookRoots
            return (try WebhookStore(path: file), try PostClient(client, networks: settings.networks))
        }
        let trials = settings.tester.map { make in
            RuleTrials(make(index), clock: clock, failed: { logger.error("a rule could not be tried: \($0)") })
        }
        service = DeskService(
            index: index, book: book, clock: clock, triesReasons: settings.triesReasons,
            labelTerms: settings.labelTerms, random: randomBytes, webhooks: webhooks?.store,
            networks: settings.networks,
            trials: trials)
        let pages = DeskRoutes(
            member: settings.member, service: service, sessions: sessions, keys: keys, provider: provider,
            access: access, bell: bell,
            log: log,
            isSecure: settings.isSecure, failed: { logger.error("a page could not be answered: \($0)") },
            pause: { try await Task.sleep(for: $0) })
        let operations = OperationsRoutes(readiness: { [] }, metrics: { metrics.exposition }, open: [.health])
        server = try APIServer(
            settings.server, routes: pages.all + operations.all, rate: RateGate(RequestRateLimit(perSecond: 0)),
            tokens: BearerTokenStore(BearerTokens([])), metrics: metrics)
        metrics.describe(DeskMetrics.all + HTTPFrontMetrics.all + [.logErrors])
    }

    /// A link that signs somebody in once, within ten minutes.
    package func link(for user: DeskUser) -> String { "/link/" + sessions.link(for: user) }

    /// Adds the desk's threads.
    ///
    /// - Parameter listening: called with the port, once the pages can be had.
    package func add(to stages: inout StageThreads, until stop: StopFlag, listening: @escaping @Sendable (Int) -> Void)
    {
        let retried: @Sendable (LogError) -> Void = { [logger, metrics] error in
            metrics.add(1, to: .logErrors)
            logger.warning("the log is tried again: \(error)")
        }
        stages.add(
            StagePlan("desk-read", retried: retried) { [self] in
                let projection = try DeskProjection(
                    index: index, intake: DeskIntake(member: settings.member, mapping: settings.mapping), log: log,
                    clock: clock, metrics: metrics,
                    told: { [book, bell, mail] settled in
                        book.told(settled)
                        bell.ring()
                        mail.ring()
                    })
                // Nobody is shown a list that is still being made.
                try projection.catchUp()
                isCaughtUp.store(true, ordering: .relaxed)
                return projection
            }, clock: clock, stop: stop)
        stages.add(
            StagePlan("desk-write", retried: retried) { [settings, book, log] in
                ActWriter(member: settings.member, book: book, log: log)
            }, clock: clock, stop: stop)
        stages.add(
            StagePlan("desk-duties", retried: retried) { [self] in
                guard isCaughtUp.load(ordering: .relaxed) else { return nil }
                return DutyStage(index: index, member: settings.member, book: book, log: log, clock: clock)
            }, clock: clock, stop: stop)
        if let text = LabelText(mapping: settings.mapping) {
            stages.add(
                StagePlan("desk-labels", retried: retried) { [self] in
                    guard isCaughtUp.load(ordering: .relaxed) else { return nil }
                    return LabelStage(
                        index: index, member: settings.member, text: text, log: log, clock: clock, metrics: metrics)
                }, clock: clock, stop: stop)
        } else {
            logger.warning(
                "the mapping has no labels that can be written: verdicts stay at the desk, and teach no model")
        }
        if let webhooks {
            stages.add(
                StagePlan("desk-webhooks", retried: retried) { [self] in
                    guard isCaughtUp.load(ordering: .relaxed) else { return nil }
                    return try WebhookStage(
                        store: webhooks.store, index: index, feed: service.feed, sender: webhooks.client, mail: mail,
                        clock: clock,
                        metrics: metrics, told: told)
                }, clock: clock, stop: stop)
        }
        if let file = settings.usersFile {
            stages.add("desk-users") { [self] in
                watch(file, "users", until: stop) { [sessions] in sessions.replace(try readDeskUsers(file: file)) }
            }
        }
        if let file = settings.keysFile {
            stages.add("desk-keys") { [self] in
                watch(file, "keys", until: stop) { [keys] in keys.replace(try readDeskKeys(file: file)) }
            }
        }
        stages.add("desk-waiting") { [self] in
            while !stop.isSet {
                if isCaughtUp.load(ordering: .relaxed) { countWaiting() }
                clock.wait(for: .seconds(1))
            }
        }
        stages.add("desk-looks") { [self] in signLooks(until: stop) }
        stages.add("desk-http") { [self] in
            while !isCaughtUp.load(ordering: .relaxed), !stop.isSet { clock.wait(for: .milliseconds(10)) }
            try serve(until: stop, listening)
        }
    }

    private func told(_ notice: WebhookStage.Notice) {
        switch notice {
        case .failing(let name): logger.warning("an endpoint takes no messages", metadata: ["endpoint": "\(name)"])
        case .recovered(let name): logger.notice("an endpoint takes messages again", metadata: ["endpoint": "\(name)"])
        case .disabled(let name, let reason):
            logger.error(
                "an endpoint is sent nothing more: `cordon alerts webhook resume` lets it go on",
                metadata: ["endpoint": "\(name)", "reason": "\(reason.rawValue)"])
        case .reset(let name):
            logger.error(
                "an endpoint's place in the feed is not kept any more: it goes on from the feed's end",
                metadata: ["endpoint": "\(name)"])
        }
    }

    private func countWaiting() {
        guard let waiting = try? index.waiting(now: service.now()) else { return }
        for (state, count) in [
            ("late", waiting.late), ("soon", waiting.soon), ("others", waiting.others), ("snoozed", waiting.snoozed),
            ("kept", waiting.kept),
        ] { metrics.set(.deskWaiting, .init("state", state), to: Double(count)) }
    }

    private func serve(until stop: StopFlag, _ listening: @escaping @Sendable (Int) -> Void) throws {
        let done = DispatchSemaphore(value: 0)
        let failure = Mutex<(any Error)?>(nil)
        Task { [server] in
            do {
                try await server.run(until: { stop.isSet }, listening: listening)
            } catch {
                failure.withLock { $0 = error }
            }
            done.signal()
        }
        done.wait()
        if let error = failure.withLock({ $0 }) { throw RoleError.httpServer(reason: "\(error)") }
    }

    /// Signs heads over the log of looks, once a second where there is something new.
    private func signLooks(until stop: StopFlag) {
        var isFailing = false
        while true {
            let isLast = stop.isSet
            do {
                try access.sign()
                isFailing = false
            } catch {
                if !isFailing { logger.error("looks can't be written down, so nothing is shown: \(error)") }
                isFailing = true
            }
            if isLast { return }
            clock.wait(for: .seconds(1))
        }
    }

    /// Takes up a changed file; a bad one changes nothing.
    private func watch(_ file: String, _ what: String, until stop: StopFlag, _ take: () throws -> Void) {
        var last = FileManager.default.contents(atPath: file)
        while !stop.isSet {
            clock.wait(for: .milliseconds(500))
            let now = FileManager.default.contents(atPath: file)
            guard now != last else { continue }
            last = now
            do {
                try take()
                logger.notice("\(what) read again")
            } catch {
                logger.error("the \(what) were not read again: \(error)")
            }
        }
    }
}

/// The programs' keys of a file that its owner alone can read.
package func readDeskKeys(file: String) throws -> DeskKeys {
    try PrivateFile.check(file)
    guard let bytes = FileManager.default.contents(atPath: file), let text = String(validating: bytes, as: UTF8.self)
    else {
        throw RoleError.usersFile(file: file, reason: "it can't be read")
    }
    do { return try DeskKeys(text: text) } catch { throw RoleError.usersFile(file: file, reason: "\(error)") }
}

/// The users of a file that its owner alone can read.
package func readDeskUsers(file: String) throws -> DeskUsers {
    try PrivateFile.check(file)
    guard let bytes = FileManager.default.contents(atPath: file), let text = String(validating: bytes, as: UTF8.self)
    else {
        throw RoleError.usersFile(file: file, reason: "it can't be read")
    }
    do { return try DeskUsers(text: text) } catch { throw RoleError.usersFile(file: file, reason: "\(error)") }
}

extension AccessLog {
    /// Opens a desk's log of looks by the desk's own keys, which are made where there are none yet.
    package convenience init(
        of member: MemberID, keys: FileKeystore, parts: any AuditParts, clock: any WallClock, limits: Limits = Limits()
    ) throws {
        if !keys.holds("identity") { try keys.store(SigningKey()) }
        do {
            try self.init(
                member: member, names: try keys.localKey("looks"), parts: parts, clock: clock, limits: limits
            ) { try keys.signingKey() }
        } catch let fault as AuditFault { throw RoleError.auditLog(fault) }
    }

    /// What others check a desk's log of looks by, in base64.
    package static func publicKey(keys: FileKeystore) throws -> String {
        Data(try keys.signingKey().verifyingKey.bytes).base64EncodedString()
    }
}

/// The desk's way to a sign-in provider.
package struct ProviderWeb: OIDCWeb {
    private let client: WebClient

    package init(_ client: WebClient) { self.client = client }

    package func get(_ address: String) async throws -> [UInt8] { try await body(address, nil) }
    package func post(_ address: String, form: String) async throws -> [UInt8] { try await body(address, form) }

    private func body(_ address: String, _ form: String?) async throws -> [UInt8] {
        let (status, body) = try await client.exchange(address, form: form)
        guard status == 200 else { throw RoleError.httpServer(reason: "the provider answered \(status)") }
        return body
    }
}

/// The sign-in provider of a JSON file.
package func readProvider(file: String, roots: String?, clock: any WallClock) throws -> OIDCFlow {
    guard let bytes = FileManager.default.contents(atPath: file) else {
        throw RoleError.usersFile(file: file, reason: "it can't be read")
    }
    let settings: OIDCSettings
    do { settings = try JSONDecoder().decode(OIDCSettings.self, from: bytes) } catch {
        throw RoleError.usersFile(file: file, reason: "it is no provider as docs/DESK.md has it")
    }
    if let fault = settings.fault { throw RoleError.usersFile(file: file, reason: fault) }
    let secret = try settings.secretFile.map { path in
        try PrivateFile.check(path)
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw RoleError.usersFile(file: path, reason: "it can't be read")
        }
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
    return OIDCFlow(
        settings, secret: secret, web: ProviderWeb(try WebClient(roots: roots)), clock: clock, random: randomBytes)
}
