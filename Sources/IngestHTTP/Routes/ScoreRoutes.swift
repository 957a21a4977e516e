import Formats
import HTTPFront
import NIOHTTP1

/// The paths that take transactions.
struct ScoreRoutes: Sendable {
    let service: ScoreService
    let deadline: Duration
    let rate: RateGate

    static let batchLimit = 1000
    static let batchBytes = 4 << 20
    private static let key = "Idempotency-Key"
    private static let wait = "Cordon-Deadline-Ms"

    var all: [Route] {
        let mapping = service.mapping
        return [
            Route(
                path: "/v1/score", method: .POST, guarded: true, bodyLimit: mapping.format.bodyLimit,
                takes: mapping.format.mediaTypes,
                charsets: mapping.charsets, checkHead: { fields throws(Problem) in _ = try options(fields) },
                handle: score),
            Route(
                path: "/v1/transactions", method: .POST, guarded: true, bodyLimit: Self.batchBytes,
                takes: mapping.format.batchTypes, charsets: mapping.charsets, handle: transactions),
        ]
    }

    @Sendable private func score(_ call: Route.Call) async throws(Problem) -> Reply {
        let (wait, key) = try options(call.headers)
        guard let type = call.type else { throw Problem(.malformedRequest) }
        let record = try RecordBody(service.mapping).single(call.body, type)
        return Reply(
            json: try await service.score(
                record, key: key.map { ScoreBook.Key(client: call.client, value: $0) }, until: call.arrived + wait))
    }

    /// How long the caller waits, and the request's idempotency key.
    @Sendable private func options(_ fields: HTTPHeaders) throws(Problem) -> (wait: Duration, key: String?) {
        (
            try ScoreHeaders.deadline(fields[field: Self.wait], otherwise: deadline),
            try ScoreHeaders.idempotencyKey(fields[field: Self.key])
        )
    }

    private struct Batch: Encodable {
        var accepted: Int
        var refused: Int
        var items: [ScoreService.BatchItem]
    }

    @Sendable private func transactions(_ call: Route.Call) async throws(Problem) -> Reply {
        guard let type = call.type else { throw Problem(.malformedRequest) }
        let records = try RecordBody(service.mapping).batch(call.body, type)
        guard records.count <= Self.batchLimit else {
            throw Problem(.tooManyTransactions, "at most \(Self.batchLimit) are taken at once")
        }
        // The request itself was counted when it was let in.
        try rate.take(records.count - 1, paid: 1, of: call.client)
        let items = try await service.take(records, until: call.arrived + .seconds(10))
        let refused = items.filter { $0.problem != nil }.count
        return Reply(
            refused == 0 ? .accepted : .multiStatus,
            json: Batch(accepted: items.count - refused, refused: refused, items: items))
    }
}
