import IngestHTTP
import Testing

@Suite("A batch taken apart")
struct RecordBatchTests {
    private func texts(_ parts: [[UInt8]]?) -> [String]? { parts?.map { String(decoding: $0, as: UTF8.self) } }

    @Test(
        "an array's elements are its own bytes",
        arguments: [
            ("[]", []), (" [ ] ", []), ("[1]", ["1"]),
            ("[ {\"a\":[1,2]} ,\n{\"b\":\"],[\"}]", ["{\"a\":[1,2]} ", "{\"b\":\"],[\"}"]),
            ("[\"a\\\"]\", \"\\\\\"]", ["\"a\\\"]\"", "\"\\\\\""]), ("[{},[[]]]", ["{}", "[[]]"]),
            ("", nil), ("{}", nil), ("[", nil), ("[1", nil), ("[1,", nil), ("[1,]", nil), ("[,1]", nil), ("[1]]", nil),
            ("[1] 2", nil), ("[\"a]", nil), ("[{]", nil), ("[1}", nil),
        ] as [(String, [String]?)])
    func elements(body: String, parts: [String]?) { #expect(texts(RecordBatch.elements(Array(body.utf8))) == parts) }

    @Test("lines end in LF or CR LF, the last in nothing, and empty ones are passed over")
    func lines() {
        #expect(texts(RecordBatch.lines(Array("a\r\nb\n\n \t\r\nc".utf8))) == ["a", "b", "c"])
        #expect(RecordBatch.lines([]).isEmpty)
    }
}
