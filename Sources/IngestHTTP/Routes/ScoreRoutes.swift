import Formats
import HTTPFront
import HTTPTypes

/// The paths that take transactions.
struct ScoreRoutes: Sendable {
    let service: ScoreService
    let format: Mapping.Format
    let deadline: Duration
    let rate: RateGate

    static let batchLimit = 1000
    static let batchBytes = 4 << 20
    private static let key = HTTPField.Name("Idempotency-Key")!
    private static let wait = HTTPField.Name("Cordon-Deadline-Ms")!

    var all: [Route] {
        [
            Route(
                path: "/v1/score", method: .post, guarded: true, bodyLimit: format.bodyLimit, takes: format.mediaTypes,
                handle: score),
            Route(
                path: "/v1/transactions", method: .post, guarded: true, bodyLimit: Self.batchBytes,
                takes: format.batchTypes, handle: transactions),
        ]
    }

    @Sendable private func score(_ call: Route.Call) async throws(Problem) -> Reply {
        let wait = try ScoreHeaders.deadline(call.headers[Self.wait], otherwise: deadline)
        let key = try ScoreHeaders.idempotencyKey(call.headers[Self.key])
            .map { ScoreBook.Key(client: call.client, value: $0) }
        return Reply(json: try await service.score(call.body, key: key, until: call.arrived + wait))
    }

    private struct Batch: Encodable {
        var accepted: Int
        var refused: Int
        var items: [ScoreService.BatchItem]
    }

    @Sendable private func transactions(_ call: Route.Call) async throws(Problem) -> Reply {
        let isArray = MediaType.of(contentType: call.headers[.contentType] ?? "") == "application/json"
        guard let records = isArray ? RecordBatch.elements(call.body) : RecordBatch.lines(call.body), !records.isEmpty
        else { throw Problem(.malformedRequest) }
        guard records.count <= Self.batchLimit else {
            throw Problem(.tooManyTransactions, "at most \(Self.batchLimit) are taken at once")
        }
        // The request itself was counted when it was let in.
        try rate.take(records.count - 1, of: call.client)
        let items = try await service.take(records, until: call.arrived + .seconds(10))
        let refused = items.filter { $0.problem != nil }.count
        return Reply(
            refused == 0 ? .accepted : .init(code: 207, reasonPhrase: "Multi-Status"),
            json: Batch(accepted: items.count - refused, refused: refused, items: items))
    }
}

extension Mapping.Format {
    /// Bytes that a record may have; the parser says so, too, and with the stream's own code.
    var bodyLimit: Int { if case .iso20022 = self { RecordParser.messageLimit } else { RecordParser.recordLimit } }

    /// What one record is.
    var mediaTypes: [String] {
        switch self {
        case .json, .iso20022(.json): ["application/json"]
        case .csv: ["text/csv"]
        case .iso20022(.xml): ["application/xml", "text/xml"]
        }
    }

    /// What many are; none where messages can't be told apart.
    var batchTypes: [String] {
        switch self {
        case .json, .iso20022(.json): ["application/json", "application/x-ndjson"]
        case .csv: ["text/csv"]
        case .iso20022(.xml): []
        }
    }
}
