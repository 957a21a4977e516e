import ArgumentParser
import CommandOptions
import Desk
import DeskFront
import Formats
import HTTPFront
import Keys
import LocalStore
import Logging
import Model
import PipelineFiles
import Policy
import Records
import Roles
import Stages
import Telemetry
import Terminal
import Trials
import Webhooks

/// The pages of a member's desk.
struct AlertsServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve the desk's pages.",
        discussion: """
            Reads <member>.transactions, .decisions, .alerts and .cases, and writes what people do to <member>.cases. The index is made \
            from the topics, and made again where it is lost; each desk has one of its own. Several desks of a member may run side by side.
            """)

    @OptionGroup var member: MemberOption
    @OptionGroup var records: DeskRecordOptions

    @Option(help: ArgumentHelp("Where the desk keeps its index (SQLite).", valueName: "file"))
    var index = "cordon-data/desk/desk.sqlite"

    @Option(
        help: ArgumentHelp(
            "The folder of the desk's own keys, which sign the log of who looked at what; made where it is not there. (default: beside the index)",
            valueName: "folder"))
    var keys: String?

    @Option(
        help: ArgumentHelp(
            "The log of who looked at what, which `cordon audit verify` checks by the key beside it, FILE.pub; its further parts are beside it, FILE-2 and so on. (default: beside the index)",
            valueName: "file"))
    var looks: String?

    @Option(
        help: ArgumentHelp(
            "Remove parts of that log so many days behind their end; a part begins each month. (default: none is removed)",
            valueName: "days"))
    var looksDays: Int64?

    @Option(help: ArgumentHelp("Where the pages are served.", valueName: "host:port"))
    var http = "127.0.0.1:8090"

    @Option(help: ArgumentHelp("Certificate chain of the server (PEM): with it, TLS.", valueName: "file"))
    var httpCertificate: String?

    @Option(help: ArgumentHelp("Its private key (PEM).", valueName: "file"))
    var httpKey: String?

    @Flag(help: "Serve without TLS on an address that is not this machine's own, behind a proxy that ends TLS.")
    var httpPlain = false

    @Option(
        help: ArgumentHelp("Who may sign in, from `cordon alerts user`; read again when it changes.", valueName: "file")
    )
    var users: String?

    @Option(
        help: ArgumentHelp(
            "Keys of programs, from `cordon alerts key`; read again when it changes.", valueName: "file"))
    var apiKeys: String?

    @Option(help: ArgumentHelp("Calls a second of each program, by its key's name; 0: no limit.", valueName: "calls"))
    var apiRate = 20

    @Option(
        help: ArgumentHelp(
            "The policy in force, as the agent has it: supervisors try rules beside it on the past.", valueName: "file")
    )
    var policy: String?

    @Option(
        help: ArgumentHelp(
            "A provider of sign-ins by OpenID Connect, as docs/DESK.md has it (JSON).", valueName: "file"))
    var oidc: String?

    @Option(
        help: ArgumentHelp(
            "Certificates (PEM) that the provider's is held against, in the system's place.", valueName: "file"))
    var oidcRoots: String?

    @Option(
        help: ArgumentHelp(
            "The consortium's bins, as the agent has them: pages tell when a verdict's label leaves.", valueName: "file"
        ))
    var bins: String?

    @Flag(help: "Show reasons for half of the alerts alone, to find out whether they help.")
    var reasonsTrial = false

    @Flag(help: "Print a link that signs a visitor in once, as an analyst, within ten minutes.")
    var link = false

    @Option(
        help: ArgumentHelp(
            "Send the feed to the endpoints of this file, from `cordon alerts webhook`; each desk has one of its own.",
            valueName: "file"))
    var webhooks: String?

    @Option(
        help: ArgumentHelp(
            "A network of our own that endpoints may be in, also without TLS (192.0.2.0/24); may be given several times.",
            valueName: "network"))
    var webhookNetwork: [String] = []

    @Option(
        help: ArgumentHelp(
            "Certificates that endpoints' servers are trusted by, in place of the system's (PEM).", valueName: "file"))
    var webhookRoots: String?

    @OptionGroup var log: LogOptions
    @OptionGroup var process: ProcessOptions

    func validate() throws {
        guard looksDays ?? 1 >= 1 else { throw ValidationError("'--looks-days' is 1 or above") }
        guard apiRate >= 0 else { throw ValidationError("'--api-rate' is 0 or above") }
        guard users != nil || link || apiKeys != nil || oidc != nil else {
            throw ValidationError("Nobody could come in: give '--users', '--oidc', '--api-keys' or '--link'")
        }
    }

    func run() throws {
        let stop = StopFlag.onSignals(endOfInput: process.stopOnEof)
        let logger = try process.logger("cordon.desk")
        let metrics = Metrics()
        let server = try APIServer.Settings(http: http, certificate: httpCertificate, key: httpKey, plain: httpPlain)
        let isSecure = server.tls != nil || httpPlain
        let log = try log.open()
        let member = try member.id()
        let stem = index.hasSuffix(".sqlite") ? String(index.dropLast(".sqlite".count)) : index
        let (own, looks) = (FileKeystore(directory: keys ?? stem + "-keys"), looks ?? stem + "-looks.audit")
        var limits = AccessLog.Limits()
        limits.days = looksDays
        let access = try AccessLog(
            of: member, keys: own, parts: AuditFiles(path: looks), clock: SystemClock(), limits: limits)
        try writeFile(Array("\(try AccessLog.publicKey(keys: own))\n".utf8), to: looks + ".pub")
        var settings = DeskServer.Settings(
            member: member, mapping: try records.read(), server: server, index: index, usersFile: users,
            keysFile: apiKeys, sessions: stem + "-sessions.sqlite", isSecure: isSecure)
        (settings.webhooks, settings.webhookRoots) = (webhooks, webhookRoots)
        settings.networks = ReachableNetworks(named: try networks())
        settings.labelTerms = try bins.flatMap { try labelTerms(bins: $0) }
        settings.triesReasons = reasonsTrial
        settings.keyRate = apiRate
        if let policy {
            _ = try readPolicy(file: policy)
            let mapping = settings.mapping
            settings.tester = { index in
                DeskRuleTester(policy: policy, member: member, mapping: mapping, log: log, index: index)
            }
        }
        let desk = try DeskServer(
            settings, log: log, access: access,
            provider: try oidc.map { try readProvider(file: $0, roots: oidcRoots, clock: SystemClock()) },
            metrics: metrics, logger: logger)
        var stages = StageThreads()
        let scheme = isSecure ? "https" : "http"
        let host = server.host
        desk.add(to: &stages, until: stop) { port in
            logger.notice("desk listening", metadata: ["port": "\(port)"])
            let address = "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
            say("the desk is at \(address)/")
            if link, let visitor = Actor(.person, "visitor") {
                say(
                    "sign in once, within ten minutes: \(address)\(desk.link(for: DeskUser(actor: visitor, role: .analyst, password: nil)))"
                )
            }
        }
        if let file = process.metrics {
            let file = MetricsFile(path: file, metrics: metrics, log: log, refresh: {})
            stages.add("metrics") { file.run(until: stop) }
        }
        try stages.run(stop: stop)
    }

    private func networks() throws -> NetworkSet {
        var set = NetworkSet()
        for text in webhookNetwork where !set.insert(text) {
            throw Failure("`--webhook-network \(text)` is no address or network in CIDR notation")
        }
        return set
    }
}

/// When labels leave the member, by the consortium's bins.
private func labelTerms(bins: String) throws -> LabelTerms? {
    let spec = try readBins(bins).spec
    return spec.tellsLabels ? LabelTerms(bucket: spec.terms.bucket, delay: spec.terms.labelDelay) : nil
}
