import Audit
import Foundation
import Manifests
import Records
import Support
import Testing

@Suite("Entries of an audit log")
struct AuditEntryTests {
    private static func entry(_ event: AuditEvent, number: Int = 3) -> AuditEntry {
        AuditEntry(
            role: .party(.one), number: number, previous: MerkleHash(leaf: [7]), microseconds: 1_735_689_600_000_000,
            event: event)
    }

    @Test(
        "every kind and field comes back as it was written, and the same entry has the same bytes",
        arguments: AuditKind.allCases)
    func comesBack(_ kind: AuditKind) throws {
        let fields = Dictionary(uniqueKeysWithValues: AuditField.allCases.map { ($0, "value of \($0)") })
        let entry = Self.entry(AuditEvent(kind, of: Digest32(of: [[1]]), fields))
        let read = try #require(AuditEntry(entry.encoded))
        #expect(read == entry && read.encoded == entry.encoded)
        #expect(AuditKind(name: kind.name) == kind)
        let first = AuditEntry(role: .coordinator, number: 0, previous: nil, microseconds: 0, event: AuditEvent(kind))
        #expect(AuditEntry(first.encoded) == first)
    }

    @Test("an entry with a byte more, less or other is none, or another one")
    func oneForm() {
        let entry = Self.entry(AuditEvent(.manifest, of: Digest32(of: [[1]]), [.version: "v1", .offset: "17"]))
        let bytes = entry.encoded
        #expect(AuditEntry([]) == nil)
        for end in 0..<bytes.count { #expect(AuditEntry(Array(bytes[..<end])) != entry) }
        // Field 15, which nobody knows, and field 1 again.
        #expect(AuditEntry(bytes + [0x78, 1]) == nil)
        #expect(AuditEntry(bytes + [0x08, 1]) == nil)
        for place in bytes.indices {
            var other = bytes
            other[place] ^= 0x20
            #expect(AuditEntry(other)?.encoded != bytes)
            if let read = AuditEntry(other) { #expect(read.encoded == other) }
        }
    }

    @Test("an entry of another schema, role, kind, digest, order of fields or number is none")
    func refused() {
        let entry = Self.entry(AuditEvent(.activation, of: Digest32(of: [[1]]), [.version: "v1", .partition: "0"]))
        func changed(_ change: (inout WireAuditEntry) -> Void) -> AuditEntry? {
            guard var wire = WireAuditEntry(decoding: entry.encoded) else { return nil }
            change(&wire)
            return AuditEntry(wire.encoded)
        }
        #expect(changed { _ in } == entry)
        #expect(changed { $0.schema = 2 } == nil)
        #expect(changed { $0.role = "party/party-3" } == nil)
        #expect(changed { $0.number = .max } == nil)
        #expect(changed { $0.kind = 0 } == nil)
        #expect(changed { $0.kind = 99 } == nil)
        #expect(changed { $0.subject = Data([1, 2]) } == nil)
        #expect(changed { $0.previous = Data([1, 2]) } == nil)
        #expect(changed { $0.details.reverse() } == nil)
        #expect(changed { $0.details.append($0.details[0]) } == nil)
        #expect(changed { $0.details[0].field = 77 } == nil)
        #expect(changed { $0.details[0].value = "" } == nil)
        #expect(changed { $0.details[0].value = "a\nb" } == nil)
        #expect(changed { $0.details[0].value = String(repeating: "x", count: 201) } == nil)
    }

    @Test("words of others are cut off, and are no orders to a terminal")
    func plain() {
        let event = AuditEvent(
            .refused, [.version: "a\u{1B}[2J\n\u{202E}b", .code: String(repeating: "é", count: 150), .member: ""])
        #expect(event.fields[.version] == "a?[2J??b")
        #expect(event.fields[.code] == String(repeating: "é", count: 100))
        #expect(event.fields[.member] == nil)
        let entry = Self.entry(event)
        #expect(AuditEntry(entry.encoded) == entry)
    }

    @Test("an entry's sentence has its fields by name, and the beginning of its subject's digest")
    func sentence() {
        let event = AuditEvent(
            .activation, of: Digest32([UInt8](repeating: 0xAB, count: 32)), [.sequence: "4", .version: "v1"])
        #expect(Self.entry(event).sentence == "a model went in force: version v1, sequence 4 [abababab]")
        #expect(Self.entry(AuditEvent(.started)).sentence == "the program started")
    }
}
