package import HTTPFront
package import Webhooks

/// Hands messages over.
package protocol WebhookSender: Sendable {
    /// - Parameter done: called once, on any thread.
    func send(
        _ body: [UInt8], to address: WebhookAddress, headers: [(name: String, value: String)],
        done: @escaping @Sendable (AttemptOutcome) -> Void)
}

extension PostClient: WebhookSender {
    package func send(
        _ body: [UInt8], to address: WebhookAddress, headers: [(name: String, value: String)],
        done: @escaping @Sendable (AttemptOutcome) -> Void
    ) {
        post(
            body, to: Target(isSecure: address.isSecure, host: address.host, port: address.port), path: address.target,
            authority: address.authority, headers: headers
        ) { result in
            switch result {
            case .success(let answer):
                done(.answered(status: answer.status, retryAfter: answer.retryAfter.flatMap { Int64($0) }))
            case .failure(let failure): done(.failed(failure.outcome))
            }
        }
    }

    /// A client for endpoints: within the desk's own network it reaches what its operator named, and without TLS only that.
    package convenience init(_ settings: Settings, networks: ReachableNetworks) throws {
        try self.init(settings) { address, isSecure in
            networks.mayReach(address) && (isSecure || networks.isNamed(address))
        }
    }
}

extension PostClient.Failure {
    fileprivate var outcome: AttemptOutcome.Failure {
        switch self {
        case .noAddress: .noAddress
        case .forbiddenAddress: .forbiddenAddress
        case .noConnection: .noConnection
        case .tls: .tls
        case .late: .late
        case .broken: .broken
        case .unreadable: .unreadable
        }
    }
}
