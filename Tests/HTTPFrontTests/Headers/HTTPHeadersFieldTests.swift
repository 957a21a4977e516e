import HTTPFront
import NIOHTTP1
import Testing

@Suite("The value of a header field")
struct HTTPHeadersFieldTests {
    @Test("is the list of all that came, without blanks around them; nil where none did")
    func several() {
        let headers: HTTPHeaders = ["Accept": "text/html \t", "X": "y", "accept": "  application/json", "Empty": ""]
        #expect(headers[field: "ACCEPT"] == "text/html, application/json")
        #expect(headers[field: "x"] == "y" && headers[field: "Empty"] == "" && headers[field: "Z"] == nil)
    }

    @Test("takes the place of all that were there, or is gone")
    func replaced() {
        var headers: HTTPHeaders = ["A": "1", "a": "2", "B": "3"]
        headers[field: "A"] = "4"
        #expect(headers["a"] == ["4"])
        headers[field: "b"] = nil
        #expect(headers.count == 1)
    }
}
