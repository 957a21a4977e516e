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
        out.put("amount", amount?.decimal)
        if let expects { out.put("expects", expects) }
        out.put("remark", remark.isEmpty ? nil : remark)
        out.put("within", within?.hex)
        out.put("writtenAt", writtenAt)
        act.write(to: &out)
    }

    private struct Wire: Decodable {
        var id: String
        var type: String
        var subject: String
        var data: ActBody
    }

    /// Reads a record; nil where it is none, or of a version or kind of act that this desk does not know. Members that only a
    /// newer version knows are passed over.
    package init?(json: [UInt8]) {
        guard json.count <= Self.limit, let wire = try? JSONDecoder().decode(Wire.self, from: Data(json)),
            wire.type.hasPrefix(Self.prefix), wire.type.hasSuffix(Self.version), let id = ActID(wire.id),
            let item = ItemID(wire.subject), let actor = Actor(wire.data.actorKind, wire.data.actor),
            let act = wire.data.act(String(wire.type.dropFirst(Self.prefix.count).dropLast(Self.version.count)))
        else { return nil }
        let remark = wire.data.remark ?? ""
        let (amount, within) = (wire.data.amount.map(ActBody.amount), wire.data.within.map { ItemID($0) })
        guard remark.utf8.count <= Act.noteLimit, amount != .some(nil), within != .some(nil) else { return nil }
        self.init(
            id: id, item: item, actor: actor, writtenAt: wire.data.writtenAt, expects: wire.data.expects, act: act,
            remark: remark, amount: amount ?? nil, within: within ?? nil)
    }
}
