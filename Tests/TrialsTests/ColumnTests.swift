import Formats
import Support
import Testing
import Trials

private let mapping = """
    format: csv
    columns: [id, time, customer, terminal, amount, ip]
    fields:
      id: id
      time: time
      customer: customer
      terminal: terminal
      amount: { field: amount, refunds: leave_out }
      ip: ip
    """

@Suite("Trials of CSV by its columns")
struct ColumnTests {
    private let trial: Trial

    init() throws { trial = try Trial() }

    private func lines(_ text: String, mapping: String = mapping) throws -> [Trial.Line] {
        try trial.lines([("t.csv", text)], mapping: mapping)
    }

    /// What is said of a file that can't be read, without its path.
    private func failure(_ text: String) -> String? {
        do {
            _ = try lines(text)
            return nil
        } catch { return "\(error)".replacing(trial.folder.path("t.csv"), with: "t.csv") }
    }

    @Test("read columns by the header's names, in any order, with others among them")
    func reordered() throws {
        let found = try lines(
            "\u{FEFF}note,amount,terminal,customer,time,id,ip\nn,2.00,shop,ada,2026-03-02,a,\nn,3.00,kiosk,bo,2026-03-02,b,\n"
        )
        #expect(found.map { $0.transaction?["customer"] } == ["ada", "bo"])
        #expect(found.map { $0.transaction?["terminal"] } == ["shop", "kiosk"])
    }

    @Test("refuse a header that lacks a column or has one twice, by its line")
    func headers() throws {
        #expect(
            failure("\nid,time,customer,shop,amount,ip\n")?.hasPrefix("t.csv: line 2: the header lacks `terminal`")
                == true)
        let twice = try #require(failure("id,time,customer,terminal,amount,customer,ip\n"))
        #expect(twice.hasPrefix("t.csv: line 1: the header has `customer` twice"))
    }

    @Test("tell of refunds, of optional fields left out and of text in another encoding, and add up")
    func counted() throws {
        let text =
            "id,time,customer,terminal,amount,ip\na,2026-03-02,ada,shop,1,192.0.2.999\nb,2026-03-02,ada,shop,-1,\n"
        let found = try lines(text)
        #expect(found.map(\.result) == ["transaction", "left_out"] && found.map(\.reason) == [nil, "refund"])
        #expect(found[0].marks == ["left_out:ip"] && found[0].transaction?["ip"] == nil)
        let said = try trial.summary("t.csv", text, mapping: mapping)
        #expect(
            said.hasPrefix(
                "\(trial.folder.path("t.csv")): 1 transactions, 0 labels and outcomes, 0 rejected, 1 left out\n"))
        #expect(said.contains("\n  left out  refund, 1") && said.contains("\n  marked    left_out:ip, 1"))
    }

    @Test("say what a value looks like that can't be read, not what it is")
    func forms() throws {
        let said = try trial.summary(
            "t.csv", "a,2026-03-02,ada,shop,\"1,50\",\nb,02.03.2026,ada,shop,1,\nc,2026-03-02,,shop,1,\n",
            mapping: mapping)
        let rejected = said.split(separator: "\n").filter { $0.hasPrefix("  rejected") }
        #expect(
            rejected == [
                "  rejected  line 1: amount_not_a_number (amount): a number with a comma where a plain one belongs; "
                    + "a mapping says how amounts are written",
                "  rejected  line 2: time_invalid (time): a date or time where a time of the mapping's form belongs",
                "  rejected  line 3: empty_field (customer): nothing where a value belongs",
            ])
    }

    @Test("take ids from the place in the file, and outcomes that records have on themselves")
    func data() throws {
        let text = "at;who;where;sum;bad\n02.03.2026;ada;shop;1.234,50;Y\n03.03.2026;bo;shop;2;N\n"
        let found = try lines(
            text,
            mapping: """
                format: csv
                delimiter: ";"
                fields:
                  id: { place: true }
                  time: { field: at, pattern: dd.MM.yyyy }
                  customer: who
                  terminal: where
                  amount: { field: sum, decimal: ",", thousands: "." }
                outcome: { fraud: { field: bad, codes: { Y: true, N: false } } }
                """)
        #expect(found.map { $0.transaction?["id"] } == ["t.csv/2", "t.csv/3"])
        #expect(found.map { $0.transaction?["amount"] } == ["1234.50", "2.00"])
        #expect(found.map { $0.label } == [["fraud": "true"], ["fraud": "false"]])
    }
}
