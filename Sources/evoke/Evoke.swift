@main
struct Evoke {
  static func main() {}
}
