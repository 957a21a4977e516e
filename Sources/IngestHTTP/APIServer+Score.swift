package import HTTPFront
package import Telemetry

extension APIServer {
    /// The server in front of a member's agent: scores and transactions, health, metrics and the API's description.
    ///
    /// - Parameters:
    ///   - exposition: the metrics' text, brought up to date.
    ///   - readiness: what the agent needs before it can score.
    package init(
        _ settings: Settings, service: ScoreService, tokens: BearerTokenStore, metrics: Metrics,
        exposition: @escaping @Sendable () -> String, readiness: @escaping @Sendable () -> [ReadinessCheck]
    ) throws(Failure) {
        let rate = RateGate(RequestRateLimit(perSecond: settings.ratePerSecond))
        let routes =
            ScoreRoutes(service: service, deadline: settings.deadline, rate: rate).all
            + OperationsRoutes(
                readiness: readiness, metrics: exposition, description: settings.description, open: settings.open
            ).all
        try self.init(settings, routes: routes, rate: rate, tokens: tokens, metrics: metrics)
    }
}
