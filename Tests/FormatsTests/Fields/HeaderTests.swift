import Formats
import Records
import Testing

@Suite("Headers of CSV files")
struct HeaderTests {
    private static let columns = [
        "id", "time", "customer", "terminal", "amount", "note", "type", "transaction", "fraud",
    ]

    private func mapping(_ columns: [String] = Self.columns, encoding: TextEncoding = .utf8) -> Mapping {
        Mapping(format: .csv(Mapping.CSVForm(columns: columns)), encoding: encoding, extras: [.entity(.device): "note"])
    }

    private func parser(_ header: String, _ mapping: Mapping? = nil) throws -> RecordParser? {
        try RecordParser(mapping: mapping ?? self.mapping()).reading(header: Array(header.utf8))
    }

    @Test(
        "put columns in the file's order, whatever it is, and pass over those that nobody reads",
        arguments: [
            ("id,time,terminal,customer,amount,note,type,transaction,fraud", "p,2026-11-20,SHOP,ALICE,1.50,n,,,"),
            ("\u{FEFF}note,amount,terminal,customer,time,id", "n,1.50,SHOP,ALICE,2026-11-20,p"),
            ("\"id\", time ,customer,x,terminal,x,amount,note\r\n", "p,2026-11-20,ALICE,1,SHOP,2,1.50,n"),
        ])
    func order(header: String, line: String) throws {
        let parser = try #require(try self.parser(header))
        let transaction = parser.parts(Array(line.utf8))[0].transaction
        #expect(transaction?.customer == "ALICE" && transaction?.terminal == "SHOP" && transaction?.id == "p")
        #expect(transaction?.entities == [.device: "n"] && transaction?.amount == MinorUnits(150))
        // Neither a value more nor one less.
        #expect(parser.parts(Array((line + ",9").utf8))[0].rejection?.reason == .malformedCSV)
    }

    @Test(
        "are told from records",
        arguments: [
            "p,2026-11-20,ALICE,SHOP,1.50,n,,,", ",,,,,,label,id,true", "id,2026-11-20,ALICE,SHOP,1.50,n,,,",
            ",2026-11-20,,,,,watermark,,",
            "", "p", "\"open", "p,,ALICE,SHOP,1.50,n,,,", "a;b;c",
        ])
    func records(line: String) throws { #expect(try parser(line) == nil) }

    @Test("that lack what the mapping reads are refused with its names")
    func missing() {
        #expect(throws: HeaderFault.missing(["note", "terminal"])) { try parser("id,time,customer,amount,shop") }
        #expect(throws: HeaderFault.missing(["fraud"])) {
            try parser("id,time,customer,terminal,amount,note,type,transaction")
        }
        // Names that are all unknown are no record either: nothing is read by position.
        #expect(throws: HeaderFault.missing(["amount", "customer", "id", "note", "terminal", "time"])) {
            try parser("ref,when,who,where,sum,device,kind,of,bad")
        }
        let text = HeaderFault.missing(["a", "b"]).description
        #expect(text.hasPrefix("the header lacks `a`, `b`, which the mapping reads"))
    }

    @Test("that have a name twice are refused where it is read, and numbers tell one from the other")
    func twice() throws {
        #expect(throws: HeaderFault.twice("amount")) { try self.parser("id,time,customer,terminal,amount,note,amount") }
        #expect(HeaderFault.twice("a").description.contains("`a` twice"))
        let mapping = Mapping(format: .csv(Mapping.CSVForm()), customer: "Account#1", terminal: "Account#2")
        let parser = try #require(try self.parser("id,Account,time,Account,amount", mapping))
        let transaction = parser.parts(Array("p,A,2026-11-20,B,1".utf8))[0].transaction
        #expect(transaction?.customer == "A" && transaction?.terminal == "B")
        #expect(throws: HeaderFault.missing(["Account#2"])) { try self.parser("id,Account,time,amount", mapping) }
    }

    @Test("are needed where the mapping has no order of its own")
    func required() throws {
        let mapping = mapping([])
        #expect(throws: HeaderFault.self) { try parser("p,2026-11-20,ALICE,SHOP,1.50,n,,,", mapping) }
        #expect(try parser("id,time,customer,terminal,amount,note", mapping) != nil)
        let line = Array("p,2026-11-20,ALICE,SHOP,1.50,n".utf8)
        #expect(RecordParser(mapping: mapping).parts(line)[0].rejection?.reason == .malformedCSV)
    }

    @Test("are read in the mapping's encoding, one of some names is enough, and other formats have none")
    func others() throws {
        var german = mapping(encoding: .windows1252)
        german.terminal = FieldSource(["Händler", "terminal"])
        let header = Array("id,time,customer,H".utf8) + [0xE4] + Array("ndler,amount,note".utf8)
        let parser = try #require(try RecordParser(mapping: german).reading(header: header))
        let line = Array("p,2026-11-20,c,M".utf8) + [0xFC] + Array("ller,1,n".utf8)
        #expect(parser.parts(line)[0].transaction?.terminal == "Müller")
        #expect(try RecordParser(mapping: .canonical).reading(header: Array("id,time".utf8)) == nil)
    }
}
