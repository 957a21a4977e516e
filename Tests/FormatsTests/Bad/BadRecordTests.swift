import Formats
import Records
import Testing

@Suite("Bad records")
struct BadRecordTests {
    /// Rules that no field is left out by, and that let any time in.
    private static let strict = {
        var rules = ValidationRules()
        (rules.ahead, rules.tooFarAhead, rules.leftOut) = (.max, .max, [])
        return rules
    }()

    @Test("of every format, hundreds of them, are each refused for their reason, at their place, and nothing else is")
    func cases() throws {
        let all = BadJSON.cases + BadCSV.cases + BadXML.cases + BadISOJSON.cases
        print("\(all.count) bad records")
        #expect(all.count >= 300)
        for format in BadCase.Format.allCases {
            #expect(all.count { $0.format == format } >= 30)
            #expect(try format.parser().parts(good(format)).allSatisfy { $0.rejection == nil })
        }
        #expect(Set(all.map(\.testDescription)).count == all.count)
        for bad in all {
            let parts = try bad.format.parser().parts(bad.bytes).map { $0.checked(by: Self.strict, received: 0) }
            let part = try #require(parts.first { $0.rejection != nil }, "\(bad.testDescription) was taken")
            #expect(
                part.rejection == Rejection(reason: bad.reason, field: bad.field), "\(bad.testDescription)")
            #expect(
                part.index == bad.index && part.at == bad.at, "\(bad.testDescription): \(part.index), \(part.at ?? -1)")
            #expect(parts.count { $0.rejection != nil } == 1, "\(bad.testDescription)")
        }
    }

    @Test("give every reason that a parser can have")
    func reasons() {
        let all = BadJSON.cases + BadCSV.cases + BadXML.cases + BadISOJSON.cases
        let elsewhere: Set<RejectionReason> = [
            .referenceMade, .severalTransactions, .unknownTransaction, .reversalRepeated, .idConflict,
            .amountOutOfRange, .valueNotAllowed, .timeAhead, .tooLate, .severalValues, .timeAmbiguous,
        ]
        #expect(Set(RejectionReason.allCases).subtracting(all.map(\.reason)) == elsewhere)
    }

    @Test("what is to be one transaction may not be a batch, and one of a single transaction goes through")
    func batches() throws {
        let parser = try BadCase.Format.xml.parser()
        #expect(throws: Rejection(reason: .severalTransactions, field: nil)) {
            try parser.parse(Array(BadXML.message().utf8))
        }
        let single =
            BadXML.prolog + "<Document xmlns=\"\(BadXML.namespace)\"><FIToFICstmrCdtTrf>"
            + BadXML.header.replacing(">3<", with: ">1<").replacing("376.20", with: "125.40") + BadXML.transfer(1)
            + "</FIToFICstmrCdtTrf></Document>"
        guard case .transaction(let valid) = try parser.parse(Array(single.utf8)) else {
            Issue.record("no transaction")
            return
        }
        #expect(valid.transaction.amount == MinorUnits(12540) && valid.transaction.id == "T1")
    }

    private func good(_ format: BadCase.Format) -> [UInt8] {
        switch format {
        case .json: Array(BadJSON.record().utf8)
        case .csv: Array(BadCSV.line().utf8)
        case .xml: Array(BadXML.message().utf8)
        case .isoJSON: Array(BadISOJSON.message().utf8)
        }
    }
}
