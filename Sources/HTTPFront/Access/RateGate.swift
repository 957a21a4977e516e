import Synchronization

/// The rate limit, shared by all requests.
package final class RateGate: Sendable {
    private let limit: Mutex<RequestRateLimit>
    private let start = ContinuousClock.now

    package init(_ limit: RequestRateLimit) { self.limit = Mutex(limit) }

    package func take(_ cost: Int, of client: String) throws(Problem) {
        let now = ContinuousClock.now - start
        guard let seconds = limit.withLock({ $0.take(cost, of: client, at: now) }) else { return }
        var problem = Problem(.rateLimited)
        problem.retryAfter = seconds
        throw problem
    }
}
