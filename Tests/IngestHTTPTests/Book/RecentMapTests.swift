import IngestHTTP
import Testing

@Suite("Recent entries")
struct RecentMapTests {
    @Test("the oldest goes when there is one too many, and a repeated key is as new as its last")
    func capacity() {
        var map = RecentMap<String, Int>(capacity: 2, age: 100)
        map.put(1, for: "a", at: 0)
        map.put(2, for: "b", at: 0)
        map.put(3, for: "a", at: 0)
        map.put(4, for: "c", at: 0)
        #expect(map["a"] == 3 && map["b"] == nil && map["c"] == 4 && map.count == 2)
    }

    @Test("what is older than the age goes with the next that comes; a change does not make it newer")
    func age() {
        var map = RecentMap<String, Int>(capacity: 10, age: 5)
        map.put(1, for: "a", at: 0)
        map.update("a") { $0 = 2 }
        map.put(3, for: "b", at: 5)
        #expect(map["a"] == 2)
        map.put(4, for: "c", at: 6)
        #expect(map["a"] == nil && map["b"] == 3)
    }

    @Test("memory stays bounded over many entries, removed ones among them")
    func bounded() {
        var map = RecentMap<Int, Int>(capacity: 100, age: 1000)
        for number in 0..<50_000 {
            map.put(number, for: number, at: 0)
            if number % 3 == 0 { map.remove(number) }
        }
        #expect(map.count == 100)
        #expect(map.orderLength < 4096)
    }
}
