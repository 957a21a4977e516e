import Records
import Testing

@Suite("An operator's name")
struct OperatorIDTests {
    @Test("is a name as members have them, and is ordered by its bytes")
    func names() throws {
        for name in ["anna", "a", "b-2", String(repeating: "z", count: 40)] {
            let id = try #require(OperatorID(name))
            #expect(id.name == name && "\(id)" == name)
        }
        for name in ["", "Anna", "2", "-a", "a b", "ä", "consortium", String(repeating: "a", count: 41)] {
            #expect(OperatorID(name) == nil, "\(name)")
        }
        #expect(try #require(OperatorID("anna")) < #require(OperatorID("bernd")))
    }
}
