import Dispatch
import NIOHTTP1

/// The paths that operate the agent: health, metrics, the API's description.
package struct OperationsRoutes: Sendable {
    package let readiness: @Sendable () -> [ReadinessCheck]
    /// The metrics' text, brought up to date.
    package let metrics: @Sendable () -> String
    /// The OpenAPI description; nil where there is none to serve.
    package let description: [UInt8]?
    /// What needs no token.
    package let open: Set<OpenRoutes>

    package init(
        readiness: @escaping @Sendable () -> [ReadinessCheck], metrics: @escaping @Sendable () -> String,
        description: [UInt8]? = nil, open: Set<OpenRoutes>
    ) {
        self.readiness = readiness
        self.metrics = metrics
        self.description = description
        self.open = open
    }

    package var all: [Route] {
        var routes = [
            Route(path: "/health/live", method: .GET, guarded: !open.contains(.health)) { _ in
                Reply(json: ["status": "pass"])
            },
            Route(path: "/health/ready", method: .GET, guarded: !open.contains(.health)) { _ in
                await Self.ready(readiness)
            },
            Route(path: "/metrics", method: .GET, guarded: !open.contains(.metrics), answersJSON: false) { _ in
                Reply(status: .ok, type: "text/plain; version=0.0.4; charset=utf-8", body: Array(metrics().utf8))
            },
        ]
        if let description {
            routes.append(
                Route(path: "/openapi.yaml", method: .GET, guarded: !open.contains(.openapi), answersJSON: false) { _ in
                    Reply(status: .ok, type: "application/yaml", body: description)
                })
        }
        return routes
    }

    private struct Ready: Encodable {
        var status: String
        var checks: [ReadinessCheck]
    }

    /// Looking may wait for the log, so it is done on a thread that may.
    private static func ready(_ readiness: @escaping @Sendable () -> [ReadinessCheck]) async -> Reply {
        let checks = await withCheckedContinuation { done in
            DispatchQueue.global().async { done.resume(returning: readiness()) }
        }
        let passes = checks.allSatisfy { $0.missing == nil }
        return Reply(
            passes ? .ok : .serviceUnavailable, json: Ready(status: passes ? "pass" : "fail", checks: checks))
    }
}

/// What may be open to whoever reaches the port. By default health alone is: the metrics tell how many decisions of which band
/// there were, and which of the policy's rules matched.
package enum OpenRoutes: String, Sendable, CaseIterable {
    case health, metrics, openapi
}

/// One thing that an agent needs before it can score.
package struct ReadinessCheck: Sendable, Hashable, Encodable {
    package var name: String
    /// What is not there; nil where all is.
    package var missing: String?

    package init(_ name: String, missing: String?) {
        self.name = name
        self.missing = missing
    }
}
