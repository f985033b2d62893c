from hello_world.app import main

main()
