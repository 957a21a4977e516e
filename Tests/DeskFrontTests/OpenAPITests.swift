import Desk
import DeskFront
import DeskStore
import Foundation
import HTTPFront
import NIOHTTP1
import Policy
import Records
import Support
import Testing

/// pipelines/openapi/desk.json against what runs.
struct OpenAPITests {
    private let schema: Schema
    private let paths: [String: [String: [String: Any]]]
    /// What no program may: the document is of calls by keys.
    private let persons: Set = ["unmask", "manage"]

    init() throws {
        schema = try Schema(file: "pipelines/openapi/desk.json")
        paths = try #require(schema.at("paths") as? [String: [String: [String: Any]]])
    }

    private struct Operation {
        var method: HTTPMethod
        var path: String
        var body: [String: Any]

        var name: String { "\(method.rawValue) \(path.replacing("{item}", with: "{}"))" }
        var scopes: [String] { (body["security"] as? [[String: [String]]])?.first?["key"] ?? ["?"] }
        var parameters: [[String: Any]] { body["parameters"] as? [[String: Any]] ?? [] }
        var responses: [String: [String: Any]] { body["responses"] as? [String: [String: Any]] ?? [:] }

        var form: [String: Any] {
            let content = (body["requestBody"] as? [String: Any])?["content"] as? [String: [String: Any]]
            return content?["application/x-www-form-urlencoded"] ?? [:]
        }
    }

    private var operations: [Operation] {
        paths.flatMap { path, methods in
            methods.map { Operation(method: HTTPMethod(rawValue: $0.uppercased()), path: path, body: $1) }
        }.sorted { $0.name < $1.name }
    }

    @Test("it has every route that a key may call, with the scope that it needs, and no other")
    func routes() throws {
        let pages = try Pages(alerts: 1)
        let declared = pages.declared.map { $0.split(separator: " ").map(String.init) }.filter {
            !persons.contains($0[2])
        }
        #expect(Set(operations.map(\.name)) == Set(declared.map { "\($0[0]) \($0[1])" }))
        let needs = Dictionary(
            uniqueKeysWithValues: declared.map { ("\($0[0]) \($0[1])", $0[2] == "-" ? [] : [$0[2]]) })
        for operation in operations {
            #expect(operation.scopes == needs[operation.name], "\(operation.name)")
            #expect(operation.path.contains("{") == operation.parameters.contains { $0["in"] as? String == "path" })
            #expect((operation.method == .POST) == (operation.body["requestBody"] != nil))
        }
        #expect(Set(operations.flatMap(\.scopes)).isSubset(of: DeskKey.scopes.map(\.rawValue)))
        #expect(Set(operations.compactMap { $0.body["operationId"] as? String }).count == operations.count)
    }

    @Test("its filters and words are those that the desk reads")
    func words() throws {
        func names(_ path: String) throws -> [String] {
            let operation = try #require(operations.first { $0.name == "GET \(path)" })
            return operation.parameters.filter { $0["in"] as? String == "query" }.compactMap { $0["name"] as? String }
        }
        #expect(try names("/queue") == QueueFilter.names + ["after"])
        #expect(try names("/feed") == QueueFilter.names + ["cursor"])
        let expected: [String: [String]] = [
            "Shown": QueueFilter.Shown.allCases.map(\.rawValue), "Whose": QueueFilter.Whose.allCases.map(\.rawValue),
            "Origin": Origin.allCases.map(\.rawValue), "Awaits": QueueFilter.Awaited.allCases.map(\.rawValue),
            "Band": Band.allCases.map(\.rawValue), "Kind": PaymentKind.allCases.map(\.rawValue),
            "Channel": PaymentChannel.allCases.map(\.rawValue), "Finding": Finding.allCases.map(\.rawValue),
            "FraudType": FraudType.allCases.map(\.rawValue), "KnownBy": KnowledgeSource.allCases.map(\.rawValue),
            "LinkKind": LinkKind.allCases.map(\.rawValue), "PaymentName": PaymentName.allCases.map(\.rawValue),
        ]
        for (name, words) in expected {
            #expect(schema.at("components", "schemas", name, "enum") as? [String] == words, "\(name)")
        }
    }

    /// The response that the document has for a status; nil where it has none.
    private func response(_ status: UInt, of operation: Operation) -> [String: Any]? {
        guard let own = operation.responses["\(status)"] else { return nil }
        guard let reference = own["$ref"] as? String else { return own }
        return schema.at("components", "responses", String(reference.split(separator: "/").last ?? ""))
            as? [String: Any]
    }

    /// What an answer has that the document does not say; nil where all is said.
    private func fault(_ reply: Reply, _ operation: Operation) throws -> String? {
        guard let response = response(reply.status.code, of: operation) else {
            return "\(reply.status.code) is not said"
        }
        for name in (response["headers"] as? [String: Any] ?? [:]).keys where reply.headers[name].isEmpty {
            return "there is no \(name)"
        }
        guard let content = response["content"] as? [String: [String: Any]] else {
            return reply.body.isEmpty ? nil : "there is a body"
        }
        let type = (reply.headers["Content-Type"].first ?? "").prefix { $0 != ";" }
        guard let media = content[String(type)], let body = media["schema"] else { return "\(type) is not said" }
        guard type == Problem.contentType[...] else { return nil }
        return schema.fault(try JSONSerialization.jsonObject(with: Data(reply.body)), body)
    }

    @Test(
        "every call answers as it says: with its example, to a key without the scope, to none, and to one that calls too often"
    )
    func calls() async throws {
        let text = DeskKey.text(random: [UInt8](repeating: 1, count: 32))
        let bearer = ["Authorization": "Bearer \(text)"]
        var statuses: Set<UInt> = []
        for operation in operations {
            let pages = try Pages(alerts: 3, keyRate: 1)
            let until = EventTime(seconds: pages.world.clock.microseconds / 1_000_000 + 60)
            func key(_ deeds: Set<DeskRole.Deed>) throws -> DeskKeys {
                try DeskKeys(
                    text: DeskKeys.line(
                        DeskKey(actor: Actor(.service, "nightly")!, deeds: deeds, until: until),
                        hash: DeskKey.hash(text),
                        scope: nil))
            }
            let example = operation.form["example"] as? [String: String] ?? [:]
            if operation.method == .POST {
                let fields = (operation.form["schema"] as? [String: Any])?["properties"] as? [String: Any] ?? [:]
                #expect(Set(example.keys).isSubset(of: fields.keys), "\(operation.name)")
            }
            for item in ["\(DeskSamples.item(0))", "0.0.0", "\(DeskSamples.act(77).hex)"] {
                let target = operation.path.replacing("{item}", with: item)
                func call(_ headers: [String: String], form: [String: String]? = nil) async throws -> Reply {
                    try await pages.call(operation.method, target, as: nil, form: form ?? example, headers: headers)
                }
                pages.keys.replace(DeskKeys())
                var replies = [try await call(bearer)]
                #expect(replies[0].status == .unauthorized)
                pages.world.clock.advance(.seconds(1))
                if let scope = operation.scopes.first.flatMap({ DeskRole.Deed(rawValue: $0) }) {
                    pages.keys.replace(try key(Set(DeskKey.scopes).subtracting([scope])))
                    replies.append(try await call(bearer))
                    #expect(replies[1].status == .forbidden, "\(operation.name)")
                    pages.world.clock.advance(.seconds(1))
                }
                pages.keys.replace(try key(Set(DeskKey.scopes)))
                replies.append(try await call(bearer))
                replies.append(try await call(bearer))
                #expect(replies.last?.status == .tooManyRequests)
                pages.world.clock.advance(.seconds(1))
                replies.append(try await call(bearer, form: [:]))
                pages.world.clock.advance(.seconds(1))
                for reply in replies {
                    statuses.insert(reply.status.code)
                    let fault = try fault(reply, operation)
                    #expect(fault == nil, "\(operation.name) \(item): \(fault ?? "")")
                }
                guard operation.path.contains("{") else { break }
            }
        }
        #expect(statuses.isSuperset(of: [200, 303, 401, 403, 404, 409, 422, 429]))
    }
}
