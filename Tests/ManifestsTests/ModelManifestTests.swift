import Foundation
import Keys
import Manifests
import Records
import Testing
import ThreeParty

/// `a + b + c` over packed elements.
private func add<R: RingElement>(_ parts: [[UInt8]], in ring: R.Type) -> [UInt8] {
    let unpacked = parts.map { R.unpack($0) }
    return R.pack(unpacked[0].indices.map { unpacked[0][$0] &+ unpacked[1][$0] &+ unpacked[2][$0] })
}

@Suite("A model manifest")
struct ModelManifestTests {
    @Test("gives each party two components of selection and leaves, which add up to the model", arguments: [16, 32])
    func reconstructs(ringBits: Int) throws {
        let dealt = try Dealt(ringBits: ringBits)
        let manifest = try dealt.verified()
        var rows: [PartyID: [UInt8]] = [:]
        var leaves: [PartyID: [UInt8]] = [:]
        for party in PartyID.allCases {
            let components = try manifest.components(for: party, key: try dealt.key(party))
            for (component, row, leaf) in [
                (party, components.selectionFirst, components.leavesFirst),
                (party.next, components.selectionSecond, components.leavesSecond),
            ] {
                #expect(rows[component] == nil || rows[component] == row)
                #expect(leaves[component] == nil || leaves[component] == leaf)
                rows[component] = row
                leaves[component] = leaf
                #expect(row != dealt.selection && leaf != dealt.leaves)
            }
        }
        let parts = try PartyID.allCases.map { (try #require(rows[$0]), try #require(leaves[$0])) }
        #expect(dealt.selection.indices.map { parts[0].0[$0] ^ parts[1].0[$0] ^ parts[2].0[$0] } == dealt.selection)
        let values = parts.map(\.1)
        #expect((ringBits == 16 ? add(values, in: UInt16.self) : add(values, in: UInt32.self)) == dealt.leaves)
        #expect(Set(parts.map(\.0)).count == 3 && Set(values).count == 3)
    }

    @Test("shows its public part: version, spec, shape and calibration")
    func publicPart() throws {
        let dealt = try Dealt(ringBits: 16)
        let manifest = try dealt.verified()
        #expect(manifest.digest == dealt.digest && manifest.version == "v1")
        #expect(manifest.featureSpec == 0xFEDC_BA98_7654_3210 && manifest.shape == dealt.shape)
        #expect(manifest.fractionBits == 14 && manifest.calibration.map(\.score) == [-5])
        #expect(manifest.calibration.map(\.probability) == [0.25])
        #expect(try Dealt(ringBits: 32).digest != dealt.digest)
    }

    @Test("is refused with any bit of header, boxes or signature changed, or the boxes in another order")
    func tampered() throws {
        let dealt = try Dealt(ringBits: 16)
        func refused(_ change: (inout WireModelManifest) -> Void) {
            var changed = dealt.wire
            change(&changed)
            #expect(throws: ManifestError.self) {
                try ModelManifest(verifying: changed, consortium: "c", coordinator: dealt.coordinator)
            }
        }
        for at in dealt.wire.header.indices { refused { $0.header[at] ^= 1 } }
        for at in dealt.wire.signature.indices { refused { $0.signature[at] ^= 1 } }
        for box in dealt.wire.boxes.indices {
            for at in dealt.wire.boxes[box].indices { refused { $0.boxes[box][at] ^= 1 } }
        }
        refused { $0.boxes.swapAt(0, 2) }
        refused { $0.boxes.removeLast() }
        refused { $0.boxes.append(Data()) }
        refused { $0.boxes.removeAll() }
        refused { $0.signature = Data() }
        let other = SigningKey().verifyingKey
        #expect(throws: ManifestError.badSignature) {
            try ModelManifest(verifying: dealt.wire, consortium: "c", coordinator: other)
        }
    }

    @Test("a party's box opens with its key only, and for its place only")
    func boxes() throws {
        let dealt = try Dealt(ringBits: 16)
        let manifest = try dealt.verified()
        for party in PartyID.allCases {
            let key = try dealt.key(party.next)
            #expect(throws: ManifestError.notAuthentic) {
                _ = try manifest.components(for: party, key: key).leavesFirst
            }
        }
        let swapped = try dealt.resigned {
            $0.boxes.swapAt(0, 2)
            $0.boxes.swapAt(1, 3)
        }
        let key = try dealt.key(.zero)
        #expect(throws: ManifestError.notAuthentic) { _ = try swapped.components(for: .one, key: key).leavesFirst }
        // A share that was dealt for another header does not serve this one.
        let renamed = try dealt.resigned { manifest in
            guard var header = WireModelHeader(decoding: Array(manifest.header)) else { return }
            header.version = "v2"
            manifest.header = Data(header.encoded)
        }
        #expect(renamed.version == "v2")
        #expect(throws: ManifestError.notAuthentic) { _ = try renamed.components(for: .zero, key: key).leavesFirst }
    }

    @Test("with a shape that no model has is refused, though the coordinator signed it")
    func shapes() throws {
        for change in [
            { $0.bits = 0 }, { $0.bits = .max }, { $0.trees = 0 }, { $0.trees = .max },
            { $0.depth = 0 }, { $0.depth = 11 }, { $0.ringBits = 64 }, { $0.ringBits = 0 }, { $0.fractionBits = 31 },
        ] as [(inout WireModelHeader) -> Void] {
            let dealt = try Dealt(ringBits: 16, change: change)
            #expect(throws: ManifestError.shape) { try dealt.verified() }
        }
    }

    @Test("says whether scores are rounded, and to which steps; no party takes steps that don't rise, or too many")
    func rounding() throws {
        func dealt(_ scores: [Int64], rounded: Bool = true) throws -> ModelManifest {
            try Dealt(ringBits: 16) { header in
                header.rounded = rounded
                header.calibration = scores.map { score in
                    var point = WireCalibrationPoint()
                    point.score = score
                    return point
                }
            }.verified()
        }
        #expect(try dealt([-5, 3, 70]).rounding?.thresholds == [3, 70])
        #expect(try dealt([-5, 3, 70], rounded: false).rounding == nil)
        #expect(try dealt([9]).rounding?.thresholds == [])
        #expect(try dealt(Array(0..<1024)).rounding?.bits == 1023)
        for scores in [[], [1, 3, 3], [1, 5, 4], Array(0..<1025)] as [[Int64]] {
            #expect(throws: ManifestError.shape) { try dealt(scores) }
        }
        // The choice is part of what is signed.
        let header = try Dealt(ringBits: 16).wire.header
        let other = try Dealt(ringBits: 16) { $0.rounded = true }
        var swapped = other.wire
        swapped.header = header
        #expect(throws: ManifestError.badSignature) {
            try ModelManifest(verifying: swapped, consortium: "c", coordinator: other.coordinator)
        }
    }

    @Test(
        "of another consortium is refused by name, though the coordinator signed it", arguments: ["", "d", "c ", "C"])
    func otherConsortium(name: String) throws {
        let dealt = try Dealt(ringBits: 16) { $0.consortium = name }
        #expect(throws: ManifestError.otherConsortium) { try dealt.verified() }
        #expect("\(ManifestError.otherConsortium)" == "the manifest is of another consortium than the roster's")
    }

    @Test("of another schema is refused, and says what to do", arguments: [0, 1, 3] as [UInt32])
    func schema(number: UInt32) throws {
        let dealt = try Dealt(ringBits: 16) { $0.schema = number }
        let error = #expect(throws: ManifestError.schema(number)) { try dealt.verified() }
        #expect(error.map { "\($0)".contains("deal the model again") } == true)
    }

    @Test("with components of another shape than it states is refused at opening")
    func components() throws {
        for change in [{ $0.bits = 29 }, { $0.trees = 4 }, { $0.ringBits = 32 }] as [(inout WireModelHeader) -> Void] {
            let dealt = try Dealt(ringBits: 16, change: change)
            let manifest = try dealt.verified()
            // Parties one and two hold the explicit component; party zero's seeds expand to any length.
            for party in [PartyID.one, .two] {
                let key = try dealt.key(party)
                #expect(throws: ManifestError.components) {
                    _ = try manifest.components(for: party, key: key).leavesFirst
                }
            }
        }
    }

    @Test("is held against its form first, then whose it is, its signature and the shape that it names")
    func order() throws {
        let dealt = try Dealt(ringBits: 16) { $0.fractionBits = 31 }
        var wire = dealt.wire
        #expect(throws: ManifestError.shape) {
            try ModelManifest(verifying: wire, consortium: "c", coordinator: dealt.coordinator)
        }
        wire.signature = Data()
        #expect(throws: ManifestError.badSignature) {
            try ModelManifest(verifying: wire, consortium: "c", coordinator: dealt.coordinator)
        }
        #expect(throws: ManifestError.otherConsortium) {
            try ModelManifest(verifying: wire, consortium: "d", coordinator: dealt.coordinator)
        }
        wire.boxes.removeLast()
        #expect(throws: ManifestError.malformed) {
            try ModelManifest(verifying: wire, consortium: "c", coordinator: dealt.coordinator)
        }
        #expect(throws: ManifestError.malformed) { try dealt.resigned { $0.header = Data([0xFF]) } }
        #expect(throws: ManifestError.malformed) { try dealt.resigned { $0.boxes.append(Data()) } }
    }

    @Test("has scores of whole numbers up to those with 30 binary places", arguments: [0, 30] as [UInt32])
    func fraction(bits: UInt32) throws {
        #expect(try Dealt(ringBits: 32) { $0.fractionBits = bits }.verified().fractionBits == Int(bits))
    }

    @Test(
        "names the epoch of the keys that its boxes are sealed to, which the boxes are bound to; none for the roster's")
    func epoch() throws {
        let founding = try Dealt(ringBits: 16)
        let later = try Dealt(ringBits: 16) { $0.keyEpoch = 9 }
        func manifest(_ dealt: Dealt) throws -> ModelManifest {
            try ModelManifest(verifying: dealt.wire, consortium: "c", coordinator: dealt.coordinator)
        }
        #expect(try manifest(founding).epoch == nil && manifest(later).epoch == KeyEpoch(9))
        #expect(founding.digest != later.digest)
        #expect("\(ManifestError.keysGone(KeyEpoch(9)))".contains("keys of epoch 9"))
    }
}
