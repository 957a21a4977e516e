import Formats
import Records
import Support
import Testing

@Suite("Messages of ISO 20022 from many origins", .enabled(if: ISOVectors.arePresent, ISOVectors.absent))
struct ISOVectorTests {
    private static let unsupported = ["pain.002", "pain.008", "unknown"]

    @Test("the published ones come out as an independent reader sees them, field by field")
    func published() throws {
        let files = try ISOVectors.read("manifest.json", as: ISOVectors.Manifest.self).files
        #expect(files.count == 61)
        var compared = 0
        for file in files {
            let json = file.file.hasSuffix(".json")
            let parser = RecordParser(mapping: try isoMapping(json ? .json : .xml))
            let parts = parser.parts(try ISOVectors.bytes(file.file))
            let type = String(file.file.prefix { $0 != "/" })
            // The one of a supported type is no JSON of ISO 20022, but some library's own structures.
            if Self.unsupported.contains(type) || json {
                #expect(parts.map(\.rejection) == [Rejection(reason: .unsupportedMessage, field: nil)], "\(file.file)")
                continue
            }
            guard let count = file.transactions, count > 0 else {
                #expect(parts.map(\.rejection?.reason) == [.noTransactions], "\(file.file)")
                continue
            }
            #expect(parts.count == count, "\(file.file)")
            #expect(parts.map(\.rejection) == parts.map { _ in nil }, "\(file.file)")
            for (part, canonical) in zip(parts, file.canonical ?? []) {
                for (field, value) in canonical {
                    #expect(part.message[field] == value, "\(file.file) \(part.index) \(field)")
                    compared += 1
                }
                if type == "pacs.008" || type == "pain.001" {
                    let transaction = try #require(part.transaction)
                    let currency = try #require(Currency((canonical["currency"] ?? nil) ?? ""))
                    let expected = try Money(decimal: (canonical["amount"] ?? nil) ?? "", currency: currency)
                    #expect(transaction.original == expected)
                } else {
                    #expect(part.outcome?.transaction == part.message["original_reference"])
                    #expect(part.outcome?.reason == canonical["reason"] ?? nil)
                }
            }
        }
        #expect(compared > 600)
    }

    @Test(
        "a header that counts or adds up other than it holds is noted between correspondents and in a customer's draft")
    func anomalies() throws {
        let parser = RecordParser(mapping: try isoMapping())
        for (file, notes) in [
            ("pain.001/isojs-04.xml", [RejectionReason.countMismatch, .controlSumMismatch, .accountInvalid]),
            ("pain.001/moov-01.xml", [.countMismatch, .accountInvalid]),
            ("pain.001/pain001-02.xml", [.countMismatch, .controlSumMismatch]),
            ("pacs.008/prowide-01.xml", [.controlSumMismatch]), ("pacs.008/cbpr-01.xml", []),
        ] {
            let found = parser.parts(try ISOVectors.bytes(file))[0].notes
            #expect(Set(found) == Set(notes), "\(file)")
        }
    }

    /// The codes that stand for what the manifest of bad messages calls a reason.
    private static let families: [String: Set<RejectionReason>] = [
        "empty": [.emptyRecord], "malformed": [.malformedXML], "forbidden-dtd": [.forbiddenDTD],
        "too-deep": [.tooDeep], "field-too-long": [.fieldTooLong],
        "invalid-amount": [.amountNegative, .amountNotANumber, .amountTooLarge, .amountTooPrecise, .amountZero],
        "missing-field": [.missingField], "unknown-currency": [.currencyUnknown], "invalid-date": [.timeInvalid],
        "invalid-account": [.accountInvalid], "no-transactions": [.noTransactions],
        "duplicate-in-message": [.duplicateInMessage], "count-mismatch": [.countMismatch],
        "control-sum-mismatch": [.controlSumMismatch], "unsupported-message": [.unsupportedMessage],
    ]

    @Test("the bad ones are refused for the reason that their manifest has, and the awkward ones taken")
    func bad() throws {
        let cases = try ISOVectors.read("bad/manifest.json", as: ISOVectors.BadManifest.self).cases
        #expect(cases.count == 54)
        let parser = RecordParser(mapping: try isoMapping())
        for bad in cases {
            let parts = parser.parts(try ISOVectors.bytes("bad/" + bad.file))
            if bad.expect == "accept" {
                #expect(parts.allSatisfy { $0.transaction != nil && $0.notes.isEmpty }, "\(bad.file)")
                continue
            }
            let family = try #require(Self.families[bad.expect], "\(bad.expect)")
            #expect(parts.count == 1, "\(bad.file)")
            let reason = try #require(parts[0].rejection?.reason, "\(bad.file) was taken")
            #expect(family.contains(reason), "\(bad.file): \(reason)")
        }
    }

    @Test("the awkward ones say what they should")
    func awkward() throws {
        let parser = RecordParser(mapping: try isoMapping())
        let plain = try #require(parser.parts(try ISOVectors.bytes("bad/good.xml"))[0].transaction)
        #expect(plain.id == "T1" && plain.amount == MinorUnits(12540) && plain.customer == "NL91ABNA0417164300")
        #expect(plain.time.rfc3339 == "2026-03-02T09:15:00Z" && plain.kind == .transfer)
        for file in ["good-bom", "good-prefixed", "good-utf16", "amount-spaces"] {
            #expect(parser.parts(try ISOVectors.bytes("bad/\(file).xml"))[0].transaction == plain, "\(file)")
        }
        #expect(
            parser.parts(try ISOVectors.bytes("bad/good-cdata-name.xml"))[0].message["creditor_name"]
                == "Müller & Söhne")
        #expect(
            parser.parts(try ISOVectors.bytes("bad/good-latin1.xml"))[0].message["creditor_name"]?.hasPrefix("Société")
                == true
        )
        #expect(parser.parts(try ISOVectors.bytes("bad/good-three.xml")).compactMap(\.transaction).count == 3)
    }
}
