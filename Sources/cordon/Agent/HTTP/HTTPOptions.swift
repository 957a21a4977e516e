import ArgumentParser
import CommandOptions
import Foundation
import HTTPFront
import PipelineFiles
import Roles
import Terminal

/// How a member's agent is reached over HTTP; not at all where `--http` is not given.
struct HTTPOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Serve POST /v1/score and the rest of the REST API here (docs/REST.md). Also from CORDON_HTTP.",
            valueName: "host:port"))
    var http: String?

    @Option(
        help: ArgumentHelp(
            "Who may call, from `cordon keys token`; read again when it changes. Also from CORDON_HTTP_TOKENS.",
            valueName: "file"))
    var httpTokens: String?

    @Option(
        help: ArgumentHelp(
            "Certificate chain of the server (PEM): with it, TLS. Also from CORDON_HTTP_CERTIFICATE.",
            valueName: "file"))
    var httpCertificate: String?

    @Option(help: ArgumentHelp("Its private key (PEM). Also from CORDON_HTTP_KEY.", valueName: "file"))
    var httpKey: String?

    @Flag(help: "Serve without TLS on an address that is not this machine's own, as behind a proxy that ends TLS.")
    var httpPlain = false

    @Option(help: "Milliseconds that a request waits for its score where it does not say (Cordon-Deadline-Ms).")
    var httpDeadlineMs = 250

    @Option(help: "Requests and transactions a second that a client may send; 0 is without limit.")
    var httpRate = 1000

    @Option(help: "Most connections at once.")
    var httpConnections = 1024

    @Option(help: "Most transactions that are remembered for repeats, for a day at most.")
    var httpRemember = 50_000

    @Option(
        help: ArgumentHelp(
            "What needs no token, of health, metrics and openapi; `none` for nothing.", valueName: "list"))
    var httpOpen = "health"

    @Option(
        help: ArgumentHelp("The API's description, served as /openapi.yaml where it is there.", valueName: "file"))
    var httpDescription = "pipelines/openapi/ingest.yaml"

    /// The front as these options have it; nil where there is to be none.
    func front() throws -> AgentFront.Settings? {
        guard let server = try server() else { return nil }
        return AgentFront.Settings(server: server, tokensFile: try tokensFile(), remember: httpRemember)
    }

    private func server() throws -> APIServer.Settings? {
        guard let http = http ?? environment("CORDON_HTTP") else { return nil }
        guard (1...10_000).contains(httpDeadlineMs), httpRate >= 0, httpConnections > 0, httpRemember > 0 else {
            throw Failure(
                "`--http-deadline-ms` is 1 to 10000, `--http-rate` 0 or more, `--http-connections` and `--http-remember` "
                    + "1 or more")
        }
        var settings = try APIServer.Settings(
            http: http, certificate: httpCertificate ?? environment("CORDON_HTTP_CERTIFICATE"),
            key: httpKey ?? environment("CORDON_HTTP_KEY"), plain: httpPlain)
        settings.deadline = .milliseconds(httpDeadlineMs)
        settings.ratePerSecond = httpRate
        settings.connections = httpConnections
        settings.open = try open()
        settings.description = FileManager.default.contents(
            atPath: PipelinesFolder.own.path(httpDescription)
        ).map { Array($0) }
        return settings
    }

    private func open() throws -> Set<OpenRoutes> {
        guard httpOpen != "none" else { return [] }
        return Set(
            try httpOpen.split(separator: ",").map { name in
                guard let route = OpenRoutes(rawValue: String(name)) else {
                    throw Failure("`--http-open \(httpOpen)` is not a list of health, metrics and openapi, or none")
                }
                return route
            })
    }

    /// The tokens' file; without one nobody could call.
    private func tokensFile() throws -> String {
        guard let file = httpTokens ?? environment("CORDON_HTTP_TOKENS") else {
            throw Failure("`--http` needs `--http-tokens`; `cordon keys token --file FILE` makes one")
        }
        return file
    }
}

/// A setting from the environment; an empty one is none.
private func environment(_ name: String) -> String? {
    ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
}
