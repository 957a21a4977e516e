import Formats
import Foundation
package import Records

extension DeskRecord {
    /// `org.cordon.desk.<word>.v1`, of CloudEvents 1.0.
    package var type: String { Self.prefix + act.word + Self.version }

    private static let prefix = "org.cordon.desk."
    private static let version = ".v1"

    /// The record as a CloudEvent in structured JSON: the same record gives the same bytes.
    package func json(member: MemberID) -> [UInt8] {
        var out = JSONObjectWriter()
        out.put("data") { write(to: &$0) }
        out.put("datacontenttype", "application/json")
        out.put("id", id.hex)
        out.put("source", "/members/\(member)/desk")
        out.put("specversion", "1.0")
        out.put("subject", item.hex)
        out.put("time", EventTime(seconds: writtenAt / 1_000_000).rfc3339)
        out.put("type", type)
        return out.end()
    }

    private func write(to out: inout JSONObjectWriter) {
        out.put("actor", actor.name)
        out.put("actorKind", actor.kind.rawValue)
        if let expects { out.put("expects", expects) }
        out.put("remark", remark.isEmpty ? nil : remark)
        out.put("writtenAt", writtenAt)
        switch act {
        case .claim(let lease): out.put("lease", lease)
        case .assign(let to, let lease):
            out.put("lease", lease)
            out.put("to", to.name)
            out.put("toKind", to.kind.rawValue)
        case .judge(let judgement):
            out.put("finding", judgement.finding.rawValue)
            out.put("fraudType", judgement.fraudType?.rawValue)
            out.put("knownBy", judgement.source.rawValue)
            out.put("loss", judgement.loss?.decimal)
            out.put("recovered", judgement.recovered?.decimal)
        case .note(let text): out.put("text", text)
        case .raise(let source, let transaction, let sample):
            sample?.write(to: &out)
            out.put("source") { out in
                out.put("index", source.index)
                out.put("offset", source.offset)
                out.put("partition", source.partition)
            }
            out.put("transaction", transaction)
        case .release, .reopen: break
        }
    }

    /// Reads a record; nil where it is none, or of a version or kind of act that this desk does not know. Members that only a
    /// newer version knows are passed over.
    package init?(json: [UInt8]) {
        guard json.count <= RecordParser.recordLimit,
            let wire = try? JSONDecoder().decode(Wire.self, from: Data(json)), wire.type.hasPrefix(Self.prefix),
            wire.type.hasSuffix(Self.version), let id = ActID(wire.id), let item = ItemID(wire.subject),
            let actor = Actor(wire.data.actorKind, wire.data.actor),
            let act = Self.act(String(wire.type.dropFirst(Self.prefix.count).dropLast(Self.version.count)), wire.data)
        else { return nil }
        let remark = wire.data.remark ?? ""
        guard remark.utf8.count <= Act.noteLimit else { return nil }
        self.init(
            id: id, item: item, actor: actor, writtenAt: wire.data.writtenAt, expects: wire.data.expects, act: act,
            remark: remark)
    }

    private struct Wire: Decodable {
        struct Body: Decodable {
            struct Place: Decodable {
                var index: Int
                var offset: Int64
                var partition: Int
            }

            var actor: String
            var actorKind: Actor.Kind
            var expects: Int64?
            var remark: String?
            var writtenAt: Int64
            var lease: Int64?
            var to: String?
            var toKind: Actor.Kind?
            var finding: Finding?
            var fraudType: FraudType?
            var knownBy: KnowledgeSource?
            var loss: String?
            var recovered: String?
            var text: String?
            var source: Place?
            var transaction: String?
            var stratum: Sample.Stratum?
            var perMille: Int64?
        }

        var id: String
        var type: String
        var subject: String
        var data: Body
    }

    private static func act(_ word: String, _ body: Wire.Body) -> Act? {
        switch word {
        case "claim": lease(body).map { .claim(lease: $0) }
        case "release": .release
        case "reopen": .reopen
        case "assign": assignment(body)
        case "verdict": judgement(body).map { .judge($0) }
        case "note": body.text.flatMap { $0.isEmpty || $0.utf8.count > Act.noteLimit ? nil : .note($0) }
        case "raise": raised(body)
        default: nil
        }
    }

    private static func lease(_ body: Wire.Body) -> Int64? {
        body.lease.flatMap { Act.leases.contains($0) ? $0 : nil }
    }

    private static func assignment(_ body: Wire.Body) -> Act? {
        guard let name = body.to, let kind = body.toKind, let to = Actor(kind, name), let lease = lease(body)
        else { return nil }
        return .assign(to: to, lease: lease)
    }

    private static func judgement(_ body: Wire.Body) -> Judgement? {
        guard let finding = body.finding, let source = body.knownBy else { return nil }
        let (loss, recovered) = (body.loss.map(amount), body.recovered.map(amount))
        // An amount that can't be read is no absent one.
        guard loss != .some(nil), recovered != .some(nil) else { return nil }
        let judgement = Judgement(
            finding, fraudType: body.fraudType, source: source, loss: loss ?? nil, recovered: recovered ?? nil)
        return judgement.fault == nil ? judgement : nil
    }

    private static func amount(_ text: String) -> MinorUnits? { try? MinorUnits(decimal: text) }

    private static func raised(_ body: Wire.Body) -> Act? {
        guard let place = body.source, let transaction = body.transaction, !transaction.isEmpty,
            transaction.utf8.count <= RecordParser.fieldLimit, place.partition >= 0, place.offset >= 0, place.index >= 0
        else { return nil }
        let sample = body.stratum.flatMap { Sample($0, perMille: body.perMille ?? 0) }
        // A sample without its share has no weight.
        guard (sample == nil) == (body.stratum == nil && body.perMille == nil) else { return nil }
        return .raise(
            SourcePosition(partition: place.partition, offset: place.offset, index: place.index),
            transaction: transaction, sample: sample)
    }
}
