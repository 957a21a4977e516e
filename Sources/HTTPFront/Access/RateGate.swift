import Synchronization

/// The rate limit, shared by all requests.
package final class RateGate: Sendable {
    private let limit: Mutex<RequestRateLimit>
    private let start = ContinuousClock.now

    package init(_ limit: RequestRateLimit) { self.limit = Mutex(limit) }

    /// - Parameter paid: what the same request has taken before.
    package func take(_ cost: Int, paid: Int = 0, of client: String) throws(Problem) {
        // The clock is read under the lock, so that requests come in the order of their times.
        let wait = limit.withLock { $0.take(cost, paid: paid, of: client, at: ContinuousClock.now - start) }
        guard let seconds = wait else { return }
        var problem = Problem(.rateLimited)
        problem.retryAfter = seconds
        throw problem
    }
}
